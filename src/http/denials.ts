import { DEFAULT_ACCOUNT } from '../auth/index.ts';
import { type AccountId, AUDIT_LIMITS, type Clock, every } from '../base/index.ts';
import type { AppError, ErrorCode } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import { type AuditEntry, isConnectionLost, type Store } from '../store/index.ts';
import type { Judged } from './judged.ts';

export interface Denial {
  readonly judged: Judged;
  /** The route's id; never the address as it came, which may hold anything. */
  readonly route: string;
  readonly error: AppError;
  /** What the address names, as it came; only ids of ours are kept. */
  readonly params?: unknown;
}

export interface DenialRecorder {
  /** Keeps a refusal, where it is one. Never makes a request wait and never fails one. */
  record(denial: Denial): void;
  /** Writes what waits, as far as the database takes it. */
  close(): Promise<void>;
}

/** Refusals that leave a record, and as what. */
const ACTIONS: Partial<Readonly<Record<ErrorCode, string>>> = {
  UNAUTHENTICATED: 'auth.denied',
  SESSION_OVER: 'auth.denied',
  TOKEN_INVALID: 'auth.denied',
  FORBIDDEN: 'access.denied',
  CSRF_REFUSED: 'access.denied',
  GRANT_TOO_HIGH: 'access.denied',
  ROLE_TOO_HIGH: 'access.denied',
  SCOPE_TOO_HIGH: 'access.denied',
  NOT_A_PERSON: 'access.denied',
  SIGN_UP_CLOSED: 'access.denied',
  HTTPS_REQUIRED: 'access.denied',
  RATE_LIMITED: 'rate.limited',
  KEY_EXHAUSTED: 'rate.limited',
  ADDRESS_REFUSED: 'address.refused',
};

interface Waiting {
  readonly account: AccountId;
  readonly entry: AuditEntry;
}

const RETRY_MS = 1_000;

/**
 * Keeps who was refused: one record each. Anyone can cause refusals, so they are written many at a
 * time, and at most AUDIT_LIMITS.denialsWaiting wait; what is left out then is counted in the next
 * record. While the database is away they wait for it.
 */
export function denialRecorder(options: {
  readonly store: Pick<Store, 'account'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}): DenialRecorder {
  const { clock } = options;
  let waiting: Waiting[] = [];
  let omitted = 0;
  let writing: Promise<void> | undefined;
  const write = (): Promise<void> => {
    writing ??= writeAll();
    return writing;
  };
  const writeAll = async (): Promise<void> => {
    await Promise.resolve(); // Those that are refused in the same turn share one statement.
    try {
      while (waiting.length > 0) {
        const [first] = waiting;
        const group = waiting
          .filter(({ account }) => account === first?.account)
          .slice(0, AUDIT_LIMITS.denialsAWrite);
        const isDone = await writeGroup(group, options);
        if (!isDone) return;
        const written = new Set(group);
        waiting = waiting.filter((one) => !written.has(one));
      }
    } finally {
      writing = undefined;
    }
  };
  const stop = every(RETRY_MS, () => {
    if (waiting.length > 0) write();
  });
  return {
    record: (denial) => {
      const action = ACTIONS[denial.error.code];
      if (action === undefined || denial.judged.isToldAlready === true) return;
      if (waiting.length >= AUDIT_LIMITS.denialsWaiting) {
        omitted += 1;
        return;
      }
      const entry = entryOf(denial, action, { at: clock.now(), omitted });
      omitted = 0;
      waiting.push({ account: accountOf(denial.judged), entry });
      write();
    },
    close: async () => {
      stop();
      await write();
    },
  };
}

function accountOf({ principal, attempt }: Judged): AccountId {
  return principal?.account ?? attempt?.account ?? DEFAULT_ACCOUNT;
}

function entryOf(
  { judged, route, error, params }: Denial,
  action: string,
  { at, omitted }: { readonly at: number; readonly omitted: number },
): AuditEntry {
  const { caller, principal, attempt } = judged;
  const way = judged.way ?? attempt?.way;
  const reason = attempt?.reason;
  return {
    at,
    actor: principal?.id ?? attempt?.actor ?? 'nobody',
    action,
    targetKind: 'route',
    targetId: route,
    outcome: 'denied',
    requestId: caller.requestId,
    address: caller.address,
    details: {
      code: error.code,
      ...(way === undefined ? {} : { way }),
      ...(reason === undefined ? {} : { reason }),
      ...shownOf(error),
      ...idsIn(params),
      ...(omitted === 0 ? {} : { omitted }),
    },
  };
}

const SHOWN = ['reason', 'permission', 'act', 'why', 'limit', 'by'] as const;
const SHOWN_CHARACTERS = 200;

/** What the error itself tells; texts of ours alone, and cut all the same. */
function shownOf({ details = {} }: AppError): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const name of SHOWN) {
    const value = details[name];
    if (typeof value === 'string') shown[name] = value.slice(0, SHOWN_CHARACTERS);
  }
  return shown;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAMED = ['id', 'person', 'link'] as const;

/** Which flow, execution, key or person was tried. What has no form of an id may be anything. */
function idsIn(params: unknown): Readonly<Record<string, string>> {
  const given = new Map(Object.entries(params ?? {}));
  const ids: Record<string, string> = {};
  for (const name of NAMED) {
    const value: unknown = given.get(name);
    if (typeof value === 'string' && UUID.test(value)) ids[name] = value.toLowerCase();
  }
  return ids;
}

/** False where the database is away; what it does not take for another reason is given up. */
async function writeGroup(
  group: readonly Waiting[],
  { store, log }: { readonly store: Pick<Store, 'account'>; readonly log: Log },
): Promise<boolean> {
  const [first] = group;
  if (first === undefined) return true;
  try {
    await store.account(first.account).audit.appendAll(group.map(({ entry }) => entry));
    return true;
  } catch (error) {
    const isAway = isConnectionLost(error);
    const fields = { error, count: group.length };
    if (isAway) log.debug('denials wait for the database', fields);
    else log.warn('denials were not recorded', fields);
    return !isAway;
  }
}
