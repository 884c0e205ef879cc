/** A guard taken away, and the claims whose tests must notice that. */
export interface Mutation {
  /** Each is named by a test in test/claims that fails while the mutation is in place. */
  readonly claims: readonly string[];
  /** From the root of the repository. */
  readonly file: string;
  /** Text that stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What is wrong then, as a sentence. */
  readonly why: string;
}
