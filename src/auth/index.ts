export {
  type Authenticator,
  authenticator,
  DEFAULT_ACCOUNT,
  type Identified,
  type RawHeaders,
} from './identify.ts';
export type { Principal } from './principal.ts';
