import type { Principal, SignInPlace } from '../../../auth/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { Caller, Reply } from '../../call.ts';

/** What handlers that act on one thing need of their call. */
export type CallOfOne = Caller & {
  readonly principal: Principal;
  readonly params: { readonly id: string };
};

/** What holds secrets or people is kept by no cache. */
const NOT_STORED = { 'cache-control': 'no-store' } as const;

/** A JSON answer that is kept nowhere. */
export function reply(status: number, body: unknown): Reply {
  return { status, text: JSON.stringify(body), headers: NOT_STORED };
}

/** Where a request comes from, for sessions and records. */
export function placeOf({ address, agent, requestId, arrivedAt }: Caller): SignInPlace {
  return { address, agent, requestId, arrivedAt };
}

/** A body that its schema takes and that is still not valid. */
export function badBody(path: string, message: string): AppError {
  return new AppError('BODY_INVALID', {
    message: `${path}: ${message}`,
    details: { issues: [{ path, message }] },
  });
}

/** Also for a person of another account. */
export function noPerson(id: string): AppError {
  return new AppError('PERSON_NOT_FOUND', { message: `there is no person ${id}` });
}

/** Also for a key of another account. */
export function noKey(id: string): AppError {
  return new AppError('KEY_NOT_FOUND', { message: `there is no key ${id}` });
}

/** No account of this id. */
export function noAccount(id: string): AppError {
  return new AppError('ACCOUNT_NOT_FOUND', { message: `there is no account ${id}` });
}

/** Members that have a value; a record has no member without one. */
export function given<T extends object>(members: T): { [Name in keyof T]: NonNull<T[Name]> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined);
  // Optional members lose nothing but the undefined that they could hold.
  return Object.fromEntries(kept) as { [Name in keyof T]: NonNull<T[Name]> };
}
type NonNull<T> = Exclude<T, undefined>;
