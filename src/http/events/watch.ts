/**
 * Threat: a connection that was opened with a right goes on after the right is gone: after a
 * sign-out, a key that was revoked, a role that changed, a share that was taken back (ASVS 5.0
 * V7.4, V8.3; guide claim G2.121). Every ACCESS_LIMITS.watchMs all that is open is judged anew.
 */
import type { Principal } from '../../auth/index.ts';
import { type AccountId, type ExecutionId, every, type FlowId } from '../../base/index.ts';
import type { ShareLevel } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { FlowRecord } from '../../store/index.ts';
import { decideAboutExecution, type ExecutionOrigin, forbidden } from '../rights/index.ts';
import { type House, nobody } from './house.ts';

/** What a watch needs of a listener. */
export interface Watched {
  /** As it stood when it was judged last. */
  readonly principal: Principal;
  /** What it follows; the origin is absent where nothing had to be read to decide. */
  followed(): ReadonlyMap<ExecutionId, ExecutionOrigin | undefined>;
  /** The principal may do other things by now. */
  renew(principal: Principal): void;
  /** Ends, since who listens is nobody any more, or may follow nothing. */
  expel(error: AppError): void;
  /** Follows this execution no longer. */
  refuse(execution: ExecutionId, error: AppError): void;
}

/**
 * Judges again and again until the returned function is called; one round at a time. A round that
 * cannot ask decides nothing: the next one does.
 */
export function openWatch(house: House, listeners: () => readonly Watched[]): () => void {
  let isJudging = false;
  let isFailing = false;
  return every(house.limits.watchMs, () => {
    const all = listeners();
    if (isJudging || all.length === 0) return;
    isJudging = true;
    judgeAll(house, all)
      .then(
        () => {
          isFailing = false;
        },
        (error: unknown) => {
          // Once for each outage.
          if (!isFailing) house.log.warn('open listeners could not be judged', { error });
          isFailing = true;
        },
      )
      .finally(() => {
        isJudging = false;
      });
  });
}

/** One question for all principals; then one for each flow and each share that must be known. */
async function judgeAll(house: House, listeners: readonly Watched[]): Promise<void> {
  const byKey = new Map<string, Principal>();
  for (const { principal } of listeners) byKey.set(keyOf(principal), principal);
  const keys = [...byKey.keys()];
  const now = await house.auth.current([...byKey.values()]);
  const current = new Map(keys.map((key, index) => [key, now[index]]));
  const facts = roundFacts(house);
  for (const listener of listeners) {
    const principal = current.get(keyOf(listener.principal));
    if (principal === undefined) {
      listener.expel(nobody());
    } else if (!principal.permissions.has('executions:read')) {
      listener.expel(forbidden('view', 'this needs the permission executions:read'));
    } else {
      listener.renew(principal);
      await judgeFollowed(house, listener, { principal, facts });
    }
  }
}

async function judgeFollowed(
  house: House,
  listener: Watched,
  { principal, facts }: { readonly principal: Principal; readonly facts: RoundFacts },
): Promise<void> {
  if (principal.permissions.has('accounts:admin')) return;
  const { account } = principal;
  for (const [id, known] of listener.followed()) {
    const origin = known ?? (await house.store.account(account).executions.get(id));
    if (origin === undefined) {
      const message = `there is no execution ${id}`;
      listener.refuse(id, new AppError('EXECUTION_NOT_FOUND', { message }));
      continue;
    }
    const about = { act: 'view', execution: origin } as const;
    const { isAllowed, why } = await decideAboutExecution(facts(account), principal, about);
    if (!isAllowed) listener.refuse(id, forbidden('view', why));
  }
}

type RoundFacts = (account: AccountId) => Parameters<typeof decideAboutExecution>[0];

/** What the store says, asked once a round for each flow, and for each flow and person. */
function roundFacts({ store }: House): RoundFacts {
  const flows = new Map<string, Promise<FlowRecord | undefined>>();
  const shares = new Map<string, Promise<ReadonlyMap<FlowId, ShareLevel>>>();
  return (account) => ({
    flows: {
      get: (id, options) =>
        once(flows, `${account} ${id} ${options?.withDeleted === true}`, () =>
          store.account(account).flows.get(id, options),
        ),
    },
    sharing: {
      levels: (person, ids) =>
        once(shares, `${account} ${person} ${ids.join(' ')}`, () =>
          store.account(account).sharing.levels(person, ids),
        ),
    },
  });
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const asked = known.get(key) ?? ask();
  known.set(key, asked);
  return asked;
}

/**
 * Two sign-ins of one person are two principals, of which one may end; so are two that came with an
 * old and a new password, and one key at two addresses.
 */
function keyOf({ account, id, session, key, passwordSetAt, address }: Principal): string {
  return JSON.stringify([account, id, session, key, passwordSetAt, address]);
}
