/**
 * Goes on with a value, at once where it is there already: who is known from memory and counted in
 * memory costs no turn of the event loop (docs/decisions/0007).
 */
export function after<T, U>(
  value: T | Promise<T>,
  next: (value: T) => U | Promise<U>,
): U | Promise<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
