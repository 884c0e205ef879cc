import { assert } from '../base/index.ts';
import type { KeptValue } from './journal-store.ts';

/** A value stands in one column as JSON, or in the other as `<hash>:<bytes>` of its blob. */
export interface KeptColumns {
  readonly json: string | null;
  readonly blob: string | null;
}

/** The two columns of a value; both are null where there is none. */
export function keptColumns(value: KeptValue | undefined): KeptColumns {
  if (value === undefined) return { json: null, blob: null };
  if ('json' in value) return { json: value.json, blob: null };
  return { json: null, blob: `${value.ref.blob}:${value.ref.bytes}` };
}

/** The value of two columns; undefined where both are null. */
export function keptValue(json: string | null, blob: string | null): KeptValue | undefined {
  if (json !== null) return { json };
  if (blob === null) return undefined;
  const [hash, bytes] = blob.split(':');
  assert(hash !== undefined && bytes !== undefined, 'a stored reference has a hash and a length');
  return { ref: { blob: hash, bytes: Number(bytes) } };
}
