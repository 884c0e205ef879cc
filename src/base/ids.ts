declare const brand: unique symbol;

/**
 * A string that only its own door can make, so that one id is never passed where another belongs.
 */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ExecutionId = Branded<'ExecutionId'>;
export type FlowId = Branded<'FlowId'>;
/** The tenant: everything that is stored belongs to one. */
export type AccountId = Branded<'AccountId'>;
/** One server or worker process, from its start to its end. */
export type ProcessId = Branded<'ProcessId'>;
/** Somebody who signs in. */
export type PersonId = Branded<'PersonId'>;
/** One sign-in, from its first token to its last. */
export type SessionId = Branded<'SessionId'>;
/** An API key that is kept in the store. */
export type KeyId = Branded<'KeyId'>;
