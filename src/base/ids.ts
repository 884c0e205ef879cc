declare const brand: unique symbol;

/**
 * A string that only its own door can make, so that one id is never passed where another belongs.
 */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type ExecutionId = Branded<'ExecutionId'>;
