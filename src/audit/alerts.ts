import type { AccountId } from '../base/index.ts';
import { AUDIT_LIMITS } from '../base/index.ts';
import { limitedAddress } from '../guard/index.ts';
import type { Observation } from './audit.ts';
import { networkOf } from './network-of.ts';
import { slidingCounts } from './sliding-counts.ts';

/** The three named rules, by what the settings say of them. */
export interface AlertRules {
  /** ALERT_FAILURES. */
  readonly failures: number;
  /** ALERT_BULK_READS. */
  readonly bulkReads: number;
  /** ALERT_NEW_NETWORK. */
  readonly newNetwork: boolean;
  /** ALERT_WINDOW. */
  readonly windowMs: number;
}

export interface Alert {
  readonly rule: 'failures' | 'key-network' | 'bulk-reading';
  readonly account: AccountId;
  readonly at: number;
  readonly targetKind: 'address' | 'name' | 'key' | 'principal';
  readonly targetId: string;
  readonly address: string;
  readonly details: Readonly<Record<string, string | number>>;
}

export interface AlertsOptions {
  readonly rules: AlertRules;
  /** Whose admins hear of addresses, which belong to no account. */
  readonly operator: AccountId;
  now(): number;
  raise(alert: Alert): void;
  /** Whether a key was used from there before; see `SealStore.noteKeyNetwork`. */
  noteNetwork(
    account: AccountId,
    use: { readonly key: string; readonly network: string; readonly at: number },
  ): Promise<'first' | 'known' | 'new'>;
}

/**
 * Judges what it is shown by the three rules and raises one alert an episode. Never throws and
 * never waits. Each process counts what it sees itself; memory is bounded.
 */
export function openAlerts(options: AlertsOptions): (observation: Observation) => void {
  const { rules, operator, now, raise } = options;
  const { windowMs } = rules;
  const addresses = slidingCounts({ windowMs, threshold: rules.failures });
  const names = slidingCounts({ windowMs, threshold: rules.failures });
  const reads = slidingCounts({ windowMs, threshold: rules.bulkReads });
  const onNetwork = networkRule(options);
  return (seen) => {
    const at = now();
    const { account, address } = seen;
    if (seen.kind === 'key-used') {
      if (rules.newNetwork) onNetwork(seen, at);
    } else if (seen.kind === 'read') {
      const count = reads.add(JSON.stringify([account, seen.actor]), at, seen.count);
      const target = { targetKind: 'principal', targetId: seen.actor } as const;
      if (count !== undefined) {
        raise({
          rule: 'bulk-reading',
          account,
          at,
          address,
          ...target,
          details: { count, windowMs },
        });
      }
    } else {
      const common = { rule: 'failures', at, address } as const;
      // As limits count: whoever has one IPv6 address has all of its /64.
      const targetId = limitedAddress(address);
      const byAddress = addresses.add(targetId, at);
      if (byAddress !== undefined) {
        const target = { account: operator, targetKind: 'address', targetId } as const;
        raise({ ...common, ...target, details: { count: byAddress, windowMs } });
      }
      if (seen.name === undefined) return;
      const byName = names.add(JSON.stringify([account, seen.name]), at);
      if (byName === undefined) return;
      const target = { account, targetKind: 'name', targetId: seen.name } as const;
      raise({ ...common, ...target, details: { count: byName, windowMs } });
    }
  };
}

type KeyUse = Extract<Observation, { readonly kind: 'key-used' }>;

/** Most uses are from where the key was just before: those ask nobody. */
function networkRule({ noteNetwork, raise }: AlertsOptions) {
  const known = new Set<string>();
  return ({ account, key, actor, address }: KeyUse, at: number) => {
    const network = networkOf(address);
    if (network === undefined) return;
    const use = JSON.stringify([account, key, network]);
    if (known.has(use)) return;
    const [oldest] = known;
    if (known.size >= AUDIT_LIMITS.alertKeys && oldest !== undefined) known.delete(oldest);
    known.add(use);
    noteNetwork(account, { key, network, at }).then(
      (seen) => {
        if (seen !== 'new') return;
        const target = { targetKind: 'key', targetId: key } as const;
        raise({
          rule: 'key-network',
          account,
          at,
          address,
          ...target,
          details: { network, actor },
        });
      },
      // The store is away: the next use asks again.
      () => known.delete(use),
    );
  };
}
