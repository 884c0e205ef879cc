import { VALUE_LIMITS } from '../../../base/index.ts';
import { type Run, spendReading, spendSteps } from '../run/run.ts';
import { isWide } from './characters.ts';
import { typeError } from './failure.ts';
import { defined, isList, kindName, numberOf, stringOf } from './kinds.ts';
import { type AnyMap, entriesOf, isMap, memberOf, sizeOf } from './maps.ts';
import { type Datum, Gadget, Sequence, Undefined } from './special.ts';

/** Python's `==`. Charges each part. Throws TEMPLATE_UNDEFINED, TEMPLATE_TYPE for deep nesting. */
export function isEqual(
  run: Run,
  left: Datum,
  right: Datum,
  depth: number = VALUE_LIMITS.depth,
): boolean {
  spendSteps(run, 1);
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false;
    spendReading(run, left.length);
    return left === right;
  }
  if (left instanceof Undefined || right instanceof Undefined) return equalUndefined(left, right);
  if (left === null || right === null) return left === right;
  const leftNumber = numberOf(left);
  if (leftNumber !== undefined) return leftNumber === numberOf(right);
  const leftText = stringOf(left);
  if (leftText !== undefined) return leftText === stringOf(right);
  if (left instanceof Gadget || right instanceof Gadget) return left === right;
  if (depth === 0) throw typeError(run, 'the values are nested too deeply to be compared');
  if (isMap(left)) return isMap(right) && equalMaps(run, left, right, depth);
  if (isMap(right)) return false;
  if (formOf(left) !== formOf(right)) return false;
  return equalItems(run, itemsOf(left), itemsOf(right), depth);
}

function equalUndefined(left: Datum, right: Datum): boolean {
  if (left instanceof Undefined && left.lenient === false) defined(left);
  if (right instanceof Undefined && right.lenient === false) defined(right);
  return left instanceof Undefined && right instanceof Undefined;
}

function formOf(datum: Datum): string {
  if (!(datum instanceof Sequence)) return isList(datum) ? 'list' : 'scalar';
  return datum.form === 'group' ? 'tuple' : datum.form;
}

function itemsOf(datum: Datum): readonly Datum[] {
  if (datum instanceof Sequence) return datum.items;
  return isList(datum) ? datum : [datum];
}

function equalItems(
  run: Run,
  left: readonly Datum[],
  right: readonly Datum[],
  depth: number,
): boolean {
  if (left.length !== right.length) return false;
  return left.every((item, index) => isEqual(run, item, right[index] as Datum, depth - 1));
}

function equalMaps(run: Run, left: AnyMap, right: AnyMap, depth: number): boolean {
  if (sizeOf(left) !== sizeOf(right)) return false;
  return entriesOf(run, left).every(([key, value]) => {
    const other = memberOf(run, right, key);
    return other !== undefined && isEqual(run, value, other, depth - 1);
  });
}

/**
 * Python's order: negative when `left` comes first. NaN is neither, so the result may be NaN.
 * Charges each part. Throws TEMPLATE_TYPE for values that have no order between them.
 */
export function compareOrder(
  run: Run,
  left: Datum,
  right: Datum,
  depth: number = VALUE_LIMITS.depth,
): number {
  spendSteps(run, 1);
  const leftNumber = numberOf(left);
  const rightNumber = numberOf(right);
  if (leftNumber !== undefined && rightNumber !== undefined) {
    return leftNumber === rightNumber ? 0 : leftNumber - rightNumber;
  }
  const leftText = stringOf(left);
  const rightText = stringOf(right);
  if (leftText !== undefined && rightText !== undefined) {
    spendReading(run, Math.min(leftText.length, rightText.length));
    return compareText(leftText, rightText);
  }
  if (depth > 0 && isOrdered(left) && isOrdered(right) && formOf(left) === formOf(right)) {
    return compareItems(run, { left: itemsOf(left), right: itemsOf(right) }, depth);
  }
  const names = `${kindName(defined(left))} with ${kindName(defined(right))}`;
  throw typeError(run, `cannot compare ${names}`, 'Convert one of them, with int or string.');
}

function isOrdered(datum: Datum): boolean {
  if (isList(datum)) return true;
  return datum instanceof Sequence && (datum.form === 'tuple' || datum.form === 'group');
}

function compareItems(
  run: Run,
  lists: { readonly left: readonly Datum[]; readonly right: readonly Datum[] },
  depth: number,
): number {
  const { left, right } = lists;
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    // Both lists have at least `shared` items.
    const leftItem = left[index] as Datum;
    const rightItem = right[index] as Datum;
    if (isEqual(run, leftItem, rightItem, depth - 1)) continue;
    return compareOrder(run, leftItem, rightItem, depth - 1);
  }
  return left.length - right.length;
}

/** By code points, which differs from JavaScript's order only beyond the basic plane. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  if (!isWide(left) && !isWide(right)) return left < right ? -1 : 1;
  let at = 0;
  while (left.charCodeAt(at) === right.charCodeAt(at)) at += 1;
  const start = isLowSurrogate(left, at) || isLowSurrogate(right, at) ? at - 1 : at;
  return (left.codePointAt(start) ?? -1) - (right.codePointAt(start) ?? -1);
}

function isLowSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff && at > 0;
}
