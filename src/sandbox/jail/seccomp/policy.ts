/** Which system calls a process may make. All others are refused; see compileFilter. */
export type Policy = readonly Rule[];

/** Allows the calls where all conditions hold; several rules for one call each allow it. */
export interface Rule {
  /** A name that an architecture does not have is left out there. */
  readonly calls: readonly string[];
  readonly when?: readonly Condition[];
}

/**
 * On the lower 32 bits of one argument, as the kernel reads all flags, commands and process ids
 * that policies look at; `isNull` looks at all 64, for pointers.
 */
export type Condition =
  | { readonly argument: number; readonly mask?: number; readonly is: readonly number[] }
  | { readonly argument: number; readonly mask?: number; readonly isNot: number }
  | { readonly argument: number; readonly isNull: true };
