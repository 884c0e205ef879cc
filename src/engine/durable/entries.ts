import { STORE_LIMITS, type Value } from '../../base/index.ts';
import type { BlobRef, ExecutionEvent, StepRecord, StepWait } from '../../contract/index.ts';
import type { BlobStore, JournalEntry, KeptValue } from '../../store/index.ts';
import type { EventBody } from '../events.ts';

/** An entry of a journal, from an event without its number and date as JSON text. */
export function entryOf(sequence: number, at: number, body: string): JournalEntry {
  return { sequence, text: `{"sequence":${sequence},"at":${at},${body.slice(1)}` };
}

/**
 * An event as JSON text, made once. The value of a step or a wait that is large is put beside the
 * journal first, and `valueRef` stands in its place; only then there is something to wait for.
 */
export function bodyOf(event: EventBody, blobs: BlobStore): string | Promise<string> {
  const text = JSON.stringify(event);
  if (!mayBeLarge(text)) return text;
  if (event.kind === 'step.ended') {
    const put = putLarge(event.step.value, blobs);
    return put?.then((valueRef) => bodyWith(event, 'step', valueRef)) ?? text;
  }
  if (event.kind === 'step.waiting') {
    const put = putLarge(event.wait.value, blobs);
    return put?.then((valueRef) => bodyWith(event, 'wait', valueRef)) ?? text;
  }
  return text;
}

function bodyWith(event: object, part: 'step' | 'wait', valueRef: BlobRef): string {
  const { value: _, ...rest } = (event as Record<typeof part, StepRecord | StepWait>)[part];
  return JSON.stringify({ ...event, [part]: { ...rest, valueRef } });
}

function putLarge(value: Value | undefined, blobs: BlobStore): Promise<BlobRef> | undefined {
  if (value === undefined) return undefined;
  const json = JSON.stringify(value);
  return isLarge(json) ? blobs.put(Buffer.from(json)) : undefined;
}

/** What an entry says; for entries that were read from the store. */
export function eventOf(entry: JournalEntry): ExecutionEvent {
  // The store gives back the text that `entryOf` made.
  return JSON.parse(entry.text) as ExecutionEvent;
}

/** Keeps a value beside its row when it is large; there is nothing to wait for when it is not. */
export function keepValue(value: Value, blobs: BlobStore): KeptValue | Promise<KeptValue> {
  const json = JSON.stringify(value);
  if (!isLarge(json)) return { json };
  return blobs.put(Buffer.from(json)).then((ref) => ({ ref }));
}

/** The value that was kept. Errors: BLOB_NOT_FOUND. */
export async function keptValue(kept: KeptValue, blobs: BlobStore): Promise<Value> {
  return JSON.parse('json' in kept ? kept.json : await textOf(kept.ref, blobs));
}

/** A step or wait of a journal with its value. Errors: BLOB_NOT_FOUND. */
export async function withValue<S extends StepRecord | StepWait>(
  kept: S,
  blobs: BlobStore,
): Promise<S> {
  const { valueRef, ...rest } = kept as S & { readonly valueRef?: BlobRef };
  if (valueRef === undefined) return kept;
  const value: Value = JSON.parse(await textOf(valueRef, blobs));
  // Exactly what `bodyOf` took away is put back.
  return { ...rest, value } as unknown as S;
}

async function textOf(ref: BlobRef, blobs: BlobStore): Promise<string> {
  return Buffer.from(await blobs.get(ref.blob)).toString('utf8');
}

/** One unit of a text's length is at most three bytes of UTF-8. */
const BYTES_A_UNIT = 3;

function mayBeLarge(json: string): boolean {
  return json.length * BYTES_A_UNIT > STORE_LIMITS.inlineBytes;
}

function isLarge(json: string): boolean {
  return mayBeLarge(json) && Buffer.byteLength(json) > STORE_LIMITS.inlineBytes;
}
