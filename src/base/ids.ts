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
