import { type AccountId, AUDIT_LIMITS, type Clock } from '../base/index.ts';
import type { Log } from '../log/index.ts';
import type { Store } from '../store/index.ts';
import { type AlertRules, openAlerts } from './alerts.ts';
import type { Audit, AuditReport } from './audit.ts';
import { openCopyOut, type Sink } from './copy-out.ts';
import { exportChain } from './export-chain.ts';
import type { Loop } from './loop.ts';
import { openRaiser } from './raise-alerts.ts';
import type { SealKeys } from './seal-keys.ts';
import { openSealer } from './sealer.ts';
import { fileSink } from './sink-file.ts';
import { webhookSink } from './sink-webhook.ts';
import { verifyChain } from './verify-chain.ts';
import { openWebhook, type Webhook } from './webhook.ts';

export interface AuditOptions {
  readonly store: Pick<Store, 'account' | 'seals'>;
  readonly keys: SealKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly rules: AlertRules;
  /** The account of whoever runs the server: alerts about addresses are recorded there. */
  readonly operator: AccountId;
  /** AUDIT_COPY, absolute; of this process alone. */
  readonly file?: string;
  /** AUDIT_WEBHOOK. */
  readonly webhookUrl?: string;
  /** ALERT_WEBHOOK. */
  readonly alertWebhookUrl?: string;
  /** Instead of a webhook over the network; for tests. */
  readonly openWebhook?: (url: string) => Webhook;
}

/** Seals, copies and watches until it is closed. Opens no file and no connection yet. */
export function openAudit(options: AuditOptions): Audit {
  const { store, keys, clock, log } = options;
  const { seals } = store;
  const open =
    options.openWebhook ?? ((url: string) => openWebhook({ url, key: keys.webhookKey, clock }));
  const sealer = openSealer({ seals, key: keys.current, clock, log });
  const sinks = sinksOf(options, open);
  const copies: readonly Loop[] = sinks.map((sink) => openCopyOut({ seals, sink, clock, log }));
  const { alertWebhookUrl } = options;
  const raiser = openRaiser({
    store,
    clock,
    log,
    ...(alertWebhookUrl === undefined ? {} : { webhook: open(alertWebhookUrl) }),
  });
  const observe = openAlerts({
    rules: options.rules,
    operator: options.operator,
    now: () => clock.now(),
    raise: raiser.raise,
    noteNetwork: seals.noteKeyNetwork,
  });
  const verified = shared((account) => verifyChain({ seals, keys }, account));
  return {
    observe,
    verify: verified,
    export: (account, after) => exportText(seals, account, after),
    publicKey: keys.current.publicKey,
    sealNow: async () => {
      await raiser.settled();
      await sealer.now();
      for (const copy of copies) await copy.now();
    },
    close: async () => {
      await raiser.close();
      // What was written until now gets its seal and its copies, where all that still answers.
      await sealer.now().catch(() => undefined);
      await sealer.close();
      await Promise.all(sinks.map((sink, place) => endCopy(sink, copies[place])));
    },
  };
}

/** As much as a page may hold; the last stretch may go a little beyond the bytes. */
async function exportText(
  seals: AuditOptions['store']['seals'],
  account: AccountId,
  start: number,
): Promise<string> {
  const texts: string[] = [];
  let [after, records, characters] = [start, 0, 0];
  while (records < AUDIT_LIMITS.exportRecords && characters < AUDIT_LIMITS.exportCharacters) {
    const limit = Math.min(AUDIT_LIMITS.sealRecords, AUDIT_LIMITS.exportRecords - records);
    const stretch = await exportChain(seals, account, { after, limit });
    if (stretch.text === '' || stretch.upTo <= after) break;
    texts.push(stretch.text);
    after = stretch.upTo;
    records += stretch.records;
    characters += stretch.text.length;
  }
  return texts.join('');
}

async function endCopy(sink: Sink, copy: Loop | undefined): Promise<void> {
  if (sink.name === 'file') await copy?.now().catch(() => undefined);
  // Ends a request that waits; the rest is sent after the next start.
  else await sink.close();
  await copy?.close();
  await sink.close();
}

function sinksOf(
  { store, file, webhookUrl }: AuditOptions,
  open: (url: string) => Webhook,
): readonly Sink[] {
  return [
    ...(file === undefined ? [] : [fileSink(file)]),
    ...(webhookUrl === undefined
      ? []
      : [webhookSink({ seals: store.seals, webhook: open(webhookUrl) })]),
  ];
}

/** A chain is read once for all who ask for it at the same time: it may be long. */
function shared(verify: (account: AccountId) => Promise<AuditReport>) {
  const running = new Map<AccountId, Promise<AuditReport>>();
  return (account: AccountId): Promise<AuditReport> => {
    const known = running.get(account);
    if (known !== undefined) return known;
    const own = verify(account).finally(() => running.delete(account));
    running.set(account, own);
    return own;
  };
}
