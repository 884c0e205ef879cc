import { SERVER_LIMITS } from '../../base/index.ts';
import type { BlobRef } from '../../contract/index.ts';
import type { AccountStore, KeptValue } from '../../store/index.ts';

/** A kept value as it goes into an answer: its JSON text as it is, or where it is. */
export type ShownValue = { readonly json: string } | { readonly ref: BlobRef };

/** Reads what is not too large to stand in an answer; the text is not parsed. */
export async function shownValue(
  { blobs }: Pick<AccountStore, 'blobs'>,
  kept: KeptValue,
): Promise<ShownValue> {
  if ('json' in kept || kept.ref.bytes > SERVER_LIMITS.answerBytes) return kept;
  return { json: textOf(await blobs.get(kept.ref.blob)) };
}

/** The text of bytes that we wrote as UTF-8 ourselves. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
