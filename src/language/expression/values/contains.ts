import { type Run, spendSteps } from '../run/run.ts';
import { isEqual } from './compare.ts';
import { isList, stringOf, wrongKind } from './kinds.ts';
import { isMap, memberOf } from './maps.ts';
import { type Datum, Sequence, Undefined } from './special.ts';

/** Python's `value in container`: part of a string, item of a list, key of a map. */
export function contains(run: Run, container: Datum, value: Datum): boolean {
  const text = stringOf(container);
  if (text !== undefined) {
    const part = stringOf(value);
    if (part === undefined) {
      throw wrongKind(run, 'look in a string for', value, 'Make it text with |string.');
    }
    spendSteps(run, (text.length >>> 10) * (1 + (part.length >>> 2)));
    return text.includes(part);
  }
  if (isMap(container)) return memberOf(run, container, value) !== undefined;
  if (isList(container)) return container.some((item) => isEqual(run, item, value));
  if (container instanceof Sequence)
    return container.items.some((item) => isEqual(run, item, value));
  if (container instanceof Undefined && container.lenient) return false;
  throw wrongKind(run, 'look for something in', container, 'Use a list, a map or a string.');
}
