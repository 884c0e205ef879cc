import { VALUE_LIMITS, type ValueLimits } from './limits/index.ts';

/** What flows through ports, journals and templates: JSON and nothing else. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap;
export type ValueMap = { readonly [key: string]: Value };

/** Why something is not a Value; `path` leads to the part, such as `items[3].price`. */
export class NotAValue extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path === '' ? 'the value' : path} ${reason}`);
  }
}

/** True for the maps of a Value; arrays and null are not maps. */
export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for the lists of a Value. `Array.isArray` alone does not narrow a readonly array. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A map without a prototype, so that no key of a flow ever names something of the host. */
export function emptyMap(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

/**
 * Copies anything into a Value: plain data in maps without a prototype. Members that are
 * `undefined` are left out of maps and become null in lists, as JSON does.
 *
 * Throws NotAValue for functions, symbols, bigints, NaN, infinities, class instances, getters,
 * cycles, and for data over `limits` (depth, members in all). Linear in the size of the data.
 */
export function toValue(data: unknown, limits: ValueLimits = VALUE_LIMITS): Value {
  const budget = { members: limits.members };
  return copy(data, '', limits.depth, budget);
}

function copy(data: unknown, path: string, depthLeft: number, budget: { members: number }): Value {
  if (data === null || typeof data === 'boolean' || typeof data === 'string') return data;
  if (typeof data === 'number') {
    if (!Number.isFinite(data)) throw new NotAValue(path, `is ${data}, which JSON cannot hold`);
    return data;
  }
  if (data === undefined) return null;
  if (typeof data !== 'object') throw new NotAValue(path, `is a ${typeof data}, not JSON data`);
  if (depthLeft === 0) throw new NotAValue(path, 'is nested too deeply, or refers to itself');
  return Array.isArray(data)
    ? copyList(data, path, depthLeft, budget)
    : copyMap(data, path, depthLeft, budget);
}

function copyList(
  data: readonly unknown[],
  path: string,
  depthLeft: number,
  budget: { members: number },
): Value {
  spend(data.length, path, budget);
  const list: Value[] = [];
  for (let index = 0; index < data.length; index += 1) {
    list.push(copy(data[index], `${path}[${index}]`, depthLeft - 1, budget));
  }
  return list;
}

function copyMap(
  data: object,
  path: string,
  depthLeft: number,
  budget: { members: number },
): Value {
  const prototype = Object.getPrototypeOf(data);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new NotAValue(path, 'is an object of a class, not JSON data');
  }
  const keys = Object.keys(data);
  spend(keys.length, path, budget);
  const map = emptyMap();
  for (const key of keys) {
    const member = Object.getOwnPropertyDescriptor(data, key);
    if (member === undefined || !('value' in member)) {
      throw new NotAValue(`${path}.${key}`, 'is computed by a getter, not JSON data');
    }
    if (member.value === undefined) continue;
    map[key] = copy(member.value, path === '' ? key : `${path}.${key}`, depthLeft - 1, budget);
  }
  return map;
}

function spend(members: number, path: string, budget: { members: number }): void {
  budget.members -= members;
  if (budget.members < 0) throw new NotAValue(path, 'has too many members');
}

/** Deep equality of two Values; key order does not count. */
export function equalValues(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (isList(left)) {
    if (!isList(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalValues(item, right[index] as Value));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    const other = Object.hasOwn(right, key) ? right[key] : undefined;
    return other !== undefined && equalValues(left[key] as Value, other);
  });
}
