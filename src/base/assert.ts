/**
 * States what can only be false through our own mistake. Never used on user input: that gets an
 * AppError with a place and a remedy.
 */
export function assert(condition: unknown, whatMustHold: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${whatMustHold}`);
}

/** Marks the branch that an exhaustive switch can never take; the compiler checks `value`. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${String(value)}`);
}
