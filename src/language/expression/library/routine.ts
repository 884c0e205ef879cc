import type { Run } from '../run/run.ts';
import type { Arguments, Datum } from '../values/special.ts';
import { type Bound, type Parameters, readParameters } from './parameters.ts';

/**
 * A filter, test or method: works on a value, with its arguments in the order of the parameters, or
 * as they were given where any number is allowed.
 */
export type Method =
  | {
      readonly signature: string;
      readonly parameters: Parameters;
      readonly apply: (run: Run, value: Datum, bound: Bound) => Datum;
    }
  | {
      readonly signature: string;
      readonly applyAny: (run: Run, value: Datum, given: Arguments) => Datum;
    };

/** A function without a value before it. */
export interface Callable {
  readonly signature: string;
  readonly call: (run: Run, given: Arguments) => Datum;
}

/** A routine with declared parameters, such as `width=80, fill=' '`. */
export function routine(
  signature: string,
  apply: (run: Run, value: Datum, bound: Bound) => Datum,
): Method {
  return { signature, parameters: readParameters(signature), apply };
}

/** A routine that reads its arguments itself. */
export function freeRoutine(
  signature: string,
  applyAny: (run: Run, value: Datum, given: Arguments) => Datum,
): Method {
  return { signature, applyAny };
}
