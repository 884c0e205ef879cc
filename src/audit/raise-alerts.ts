import { AUDIT_LIMITS, type Clock } from '../base/index.ts';
import { inert, type Log } from '../log/index.ts';
import type { AuditEntry, Store } from '../store/index.ts';
import type { Alert } from './alerts.ts';
import type { Webhook } from './webhook.ts';

export interface RaiserOptions {
  readonly store: Pick<Store, 'account'>;
  readonly clock: Clock;
  readonly log: Log;
  /** ALERT_WEBHOOK. */
  readonly webhook?: Webhook;
}

/** Tells of alerts: a line of the log at once, then a row of the audit, and a request. */
export interface Raiser {
  raise(alert: Alert): void;
  /** All that was raised is recorded, and sent or given up. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Rows and requests wait their turn in memory, apart from each other: a receiver that hangs keeps
 * no record waiting. AUDIT_LIMITS.alertsWaiting of each; what is more stands in the log alone.
 */
export function openRaiser(options: RaiserOptions): Raiser {
  const { log, webhook } = options;
  const ending = new AbortController();
  const rows = turns();
  const posts = turns();
  return {
    raise: (alert) => {
      const { rule, account, targetKind, targetId, address, details } = alert;
      log.warn('alert', { rule, account, targetKind, targetId, address, ...details });
      rows.add(() => record(options, alert));
      if (webhook !== undefined) posts.add(() => send(options, webhook, { alert, ending }));
    },
    settled: async () => {
      await Promise.all([rows.settled(), posts.settled()]);
    },
    close: async () => {
      ending.abort();
      await webhook?.close();
      await Promise.all([rows.settled(), posts.settled()]);
    },
  };
}

/** One after the other; each of them never rejects. */
function turns() {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    settled: () => last,
    add: (act: () => Promise<void>) => {
      if (waiting >= AUDIT_LIMITS.alertsWaiting) return;
      waiting += 1;
      last = last.then(act).then(() => {
        waiting -= 1;
      });
    },
  };
}

/** What cannot be recorded stands in the log. */
async function record({ store, log }: RaiserOptions, alert: Alert): Promise<void> {
  try {
    await store.account(alert.account).audit.append(rowOf(alert));
  } catch (error) {
    log.error('an alert could not be recorded', { rule: alert.rule, error });
  }
}

/** What cannot be sent stands in the log, and in the audit. */
async function send(
  { log, clock }: RaiserOptions,
  webhook: Webhook,
  { alert, ending }: { readonly alert: Alert; readonly ending: AbortController },
): Promise<void> {
  const { signal } = ending;
  const body = inert(
    JSON.stringify({ ...alert, at: undefined, time: new Date(alert.at).toISOString() }),
  );
  for (let tries = 1; ; tries += 1) {
    try {
      // What waited for its turn until the end is not sent any more; its record stands.
      signal.throwIfAborted();
      await webhook.post(body, 'application/json');
      return;
    } catch (error) {
      const isOver = tries >= AUDIT_LIMITS.webhookTries || signal.aborted;
      if (isOver) return log.error('an alert could not be sent', { rule: alert.rule, error });
    }
    const pauseMs = AUDIT_LIMITS.alertRetryMs * 2 ** (tries - 1);
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

function rowOf({ rule, at, targetKind, targetId, address, details }: Alert): AuditEntry {
  const what = { action: `alert.${rule}`, targetKind, targetId, address, details };
  return { at, actor: 'server', outcome: 'done', ...what };
}
