/**
 * States what can only be false through our own mistake. Never used on user input: that gets an
 * AppError with a place and a remedy.
 */
export function assert(condition: unknown, whatMustHold: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${whatMustHold}`);
}
