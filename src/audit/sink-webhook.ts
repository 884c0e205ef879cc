import { AUDIT_LIMITS } from '../base/index.ts';
import type { SealStore } from '../store/index.ts';
import type { ReadStretch, Sink } from './copy-out.ts';
import type { Stretch } from './export-chain.ts';
import type { Webhook } from './webhook.ts';

export interface WebhookSinkOptions {
  readonly seals: Pick<SealStore, 'claimDelivery' | 'endDelivery'>;
  readonly webhook: Webhook;
}

const NAME = 'webhook';

/**
 * Sends the lines of the copy, in order, by one process at a time; how far it has come is in the
 * database. Each line arrives at least once: again where the answer was lost.
 */
export function webhookSink({ seals, webhook }: WebhookSinkOptions): Sink {
  return {
    name: NAME,
    take: async (account, read) => {
      const after = await seals.claimDelivery(NAME, account, AUDIT_LIMITS.deliveryMs);
      if (after === undefined) return undefined;
      let had = after;
      try {
        const stretch = await smallStretch(read, after);
        if (stretch.text !== '') await webhook.post(stretch.text, 'application/x-ndjson');
        had = stretch.upTo;
      } finally {
        await seals.endDelivery(NAME, account, had);
      }
      return had;
    },
    close: () => webhook.close(),
  };
}

/** Fewer rows where they are large; one row is always small enough for a request. */
async function smallStretch(read: ReadStretch, after: number): Promise<Stretch> {
  for (let limit: number = AUDIT_LIMITS.webhookRecords; ; limit = Math.floor(limit / 2)) {
    const stretch = await read({ after, limit });
    if (stretch.records <= 1 || limit <= 1) return stretch;
    if (Buffer.byteLength(stretch.text) <= AUDIT_LIMITS.webhookBytes) return stretch;
  }
}
