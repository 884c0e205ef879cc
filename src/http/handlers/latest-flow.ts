import { type AccountId, DISPATCH_LIMITS, type FlowId } from '../../base/index.ts';
import type { FlowRecord, Store } from '../../store/index.ts';

/** Which version of a flow is the latest, for starts: one flow may get thousands a second. */
export interface LatestFlows {
  /**
   * The version that was the latest when it was read, some time ago; undefined where none was read.
   * It may be used only with `onlyLatest`.
   */
  known(account: AccountId, id: FlowId): number | undefined;
  /**
   * Reads the flow. Those who ask while a read is under way share the next one, never that one: it
   * may have looked before an update that was answered since. So every asker sees all that was
   * answered before it asked, also by other processes, and one flow costs one read at a time.
   */
  read(account: AccountId, id: FlowId): Promise<FlowRecord | undefined>;
}

interface Shared {
  readonly now: Promise<FlowRecord | undefined>;
  /** Begins when `now` is over. */
  next: Promise<FlowRecord | undefined> | undefined;
}

/** Nothing is known yet; the flows read last are, as many as there are plans of them. */
export function latestFlows(store: Pick<Store, 'account'>): LatestFlows {
  const underWay = new Map<string, Shared>();
  const versions = new Map<string, number>();
  return {
    known: (account, id) => versions.get(keyOf(account, id)),
    read: (account, id) => {
      const key = keyOf(account, id);
      const shared = underWay.get(key);
      if (shared === undefined) return begin(key, account, id);
      shared.next ??= shared.now.then(ignore, ignore).then(() => begin(key, account, id));
      return shared.next;
    },
  };

  function begin(key: string, account: AccountId, id: FlowId): Promise<FlowRecord | undefined> {
    const now = store.account(account).flows.get(id);
    const shared: Shared = { now, next: undefined };
    underWay.set(key, shared);
    const end = () => {
      if (shared.next === undefined) underWay.delete(key);
    };
    now.then(end, end);
    return now.then((flow) => {
      note(key, flow);
      return flow;
    });
  }

  function note(key: string, flow: FlowRecord | undefined): void {
    versions.delete(key);
    if (flow === undefined) return;
    versions.set(key, flow.version);
    const [oldest] = versions.keys();
    if (versions.size > DISPATCH_LIMITS.plansCached && oldest !== undefined) {
      versions.delete(oldest);
    }
  }
}

function keyOf(account: AccountId, id: FlowId): string {
  return `${account} ${id}`;
}

function ignore(): void {}
