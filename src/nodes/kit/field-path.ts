import { isList, isMap, type Value } from '../../base/index.ts';

/**
 * What lies at a path such as `address.city` or `rows[0].name`; undefined when nothing does. A key
 * that holds the whole path wins, so that keys with dots can be named.
 */
export function fieldAt(value: Value, path: string): Value | undefined {
  if (isMap(value) && Object.hasOwn(value, path)) return value[path];
  let current: Value | undefined = value;
  for (const step of path.replace(/\[(\d+)\]/g, '.$1').split('.')) {
    if (isMap(current)) {
      current = Object.hasOwn(current, step) ? current[step] : undefined;
    } else if (isList(current) && /^\d+$/.test(step)) {
      current = current[Number(step)];
    } else {
      return undefined;
    }
  }
  return current;
}
