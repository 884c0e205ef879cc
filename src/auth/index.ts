export type {
  Auth,
  Authenticator,
  Credentials,
  FailedAttempt,
  FirstAdmin,
  Identified,
  MadeKey,
  MadeToken,
  NewPerson,
  PasswordActs,
  Passwords,
  RawHeaders,
  SignInPlace,
  SignIns,
  Tokens,
  Way,
} from './auth.ts';
export type { AuthSettings } from './auth-parts.ts';
export { isBuiltIn, permissionsOf } from './authority.ts';
export { DEFAULT_ACCOUNT } from './default-account.ts';
export { type AuthOptions, openAuth } from './open-auth.ts';
export { openRights } from './open-rights.ts';
export { namesOf } from './password-acts.ts';
export { openPasswords } from './passwords.ts';
export { keyPrincipal, ownerOf, type Principal, personPrincipal } from './principal.ts';
