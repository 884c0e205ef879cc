import type { KeyId } from '../../../base/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { KeyChange, KeyRecord } from '../../../store/index.ts';
import type { Call, Caller, Handlers, Reply } from '../../call.ts';
import { auditOf, fromTo } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { pageOfQuery, pageReply } from '../paging.ts';
import { isOfKey, mayTouch, refuseBeyond, type WantedKey } from './key-rules.ts';
import { badBody, type CallOfOne, given, noKey, reply } from './replies.ts';
import { DAY_MS, keyView } from './views.ts';

type Keys = Pick<
  Handlers,
  | 'listKeys'
  | 'createKey'
  | 'readKey'
  | 'updateKey'
  | 'extendKey'
  | 'rotateKey'
  | 'revokeKey'
  | 'readKeyUsage'
>;

/** API keys: one's own, and for admins all of the account. */
export function keyHandlers(options: HandlerOptions): Keys {
  const { store, clock } = options;
  return {
    listKeys: (call) => listKeys(call, options),
    createKey: (call) => createKey(call, options),
    readKey: async (call) => reply(200, keyView(await keyOf(call, options), clock.now())),
    updateKey: async (call) => {
      const { scopes, networks, minutesAMonth, concurrentExecutions, name } = call.body;
      const change = given({ name, scopes, networks, minutesAMonth, concurrentExecutions });
      return await changeKey(call, change, { action: 'key.update', options });
    },
    extendKey: async (call) => {
      const { expiresAt } = call.body;
      const at = expiresAt === null ? null : futureTime(expiresAt, clock.now());
      return await changeKey(call, { expiresAt: at }, { action: 'key.extend', options });
    },
    rotateKey: (call) => rotateKey(call, options),
    revokeKey: async (call) => {
      const { id } = await keyOf(call, options);
      const at = clock.now();
      const row = rowOf(call, id, { at, action: 'key.revoke' });
      const key = await store.account(call.principal.account).keys.revoke(id, at, row);
      if (key === undefined) throw noKey(id);
      return reply(200, keyView(key, at));
    },
    readKeyUsage: async (call) => {
      const { id } = await keyOf(call, options);
      const { keys } = store.account(call.principal.account);
      const { underWay, months } = await keys.usage(id, clock.now());
      const shown = months.map(({ durationMs, ...month }) => ({
        ...month,
        minutes: Math.round(durationMs / 600) / 100,
      }));
      return reply(200, { underWay, months: shown });
    },
  };
}

/** Errors: KEY_NOT_FOUND; FORBIDDEN for a key of another person of the account. */
async function keyOf(call: CallOfOne, { store }: HandlerOptions): Promise<KeyRecord> {
  const id = call.params.id as KeyId; // Read by the schema of the route.
  const key = await store.account(call.principal.account).keys.get(id);
  if (key === undefined) throw noKey(id);
  if (mayTouch(call.principal, key)) return key;
  const why = 'the key is somebody else’s';
  throw new AppError('FORBIDDEN', { message: why, details: { why } });
}

function rowOf(
  call: Pick<CallOfOne, keyof Caller | 'principal'>,
  id: KeyId,
  what: {
    readonly at: number;
    readonly action: string;
    readonly details?: Readonly<Record<string, unknown>>;
  },
) {
  const { details = {} } = what;
  return auditOf(call, { ...what, details, targetKind: 'key', targetId: id });
}

async function listKeys(call: Call<'listKeys'>, { store, clock }: HandlerOptions): Promise<Reply> {
  const { principal, query } = call;
  const now = clock.now();
  const days = query.olderThanDays;
  const isAdmin = principal.permissions.has('accounts:admin');
  const filter = given({
    of: isAdmin ? undefined : (principal.person?.id ?? ownKeysOf(principal)),
    before: days === undefined ? undefined : now - days * DAY_MS,
  });
  const { keys } = store.account(principal.account);
  const { items, nextCursor } = await keys.list(filter, pageOfQuery(query));
  const shown = items.map((key) => keyView(key, now));
  return pageReply(shown, nextCursor);
}

/** A key that acts for itself has itself, and what it made; see `mayTouch`. */
function ownKeysOf({ key }: Call<'listKeys'>['principal']) {
  return key === undefined ? ('nobody' as const) : { key };
}

async function createKey(call: Call<'createKey'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock, auth, newId } = options;
  const { principal, body } = call;
  const account = store.account(principal.account);
  const at = clock.now();
  const { name, networks, minutesAMonth, concurrentExecutions } = body;
  const scopes = [...new Set(body.scopes)];
  const expiresAt = body.expiresAt === undefined ? undefined : futureTime(body.expiresAt, at);
  const limits = given({
    expiresAt,
    minutesAMonth: minutesAMonth ?? undefined,
    concurrentExecutions: concurrentExecutions ?? undefined,
  });
  await refuseBeyond(principal, { scopes, networks, ...limits }, account);
  const { key, prefix, hash } = auth.makeKey();
  const id = newId() as KeyId; // The maker of ids of keys.
  const of = given({ person: principal.person?.id });
  const draft = { id, name, prefix, scopes, networks, ...limits, ...of, hash };
  const made = await account.keys.create(
    { ...draft, createdBy: principal.id, createdAt: at },
    rowOf(call, id, { at, action: 'key.create', details: { name, prefix, scopes } }),
  );
  return reply(201, { ...keyView(made, at), key });
}

/** Errors: KEY_NOT_FOUND, KEY_REVOKED, SCOPE_TOO_HIGH, BODY_INVALID, FORBIDDEN. */
async function changeKey(
  call: Call<'updateKey'> | Call<'extendKey'>,
  change: KeyChange,
  { action, options }: { readonly action: string; readonly options: HandlerOptions },
): Promise<Reply> {
  const { store, clock } = options;
  const before = await keyOf(call, options);
  const account = store.account(call.principal.account);
  await refuseBeyond(call.principal, changed(before, change), account);
  const at = clock.now();
  const row = rowOf(call, before.id, { at, action, details: fromTo(before, change) });
  const key = await account.keys.update(before.id, change, row);
  if (key === undefined) throw noKey(before.id);
  return reply(200, keyView(key, at));
}

function changed(key: KeyRecord, change: KeyChange): WantedKey {
  const { scopes = key.scopes, networks = key.networks } = change;
  const limit = (name: 'minutesAMonth' | 'concurrentExecutions' | 'expiresAt') =>
    change[name] === undefined ? key[name] : (change[name] ?? undefined);
  return {
    scopes,
    networks,
    ...given({
      expiresAt: limit('expiresAt'),
      minutesAMonth: limit('minutesAMonth'),
      concurrentExecutions: limit('concurrentExecutions'),
    }),
  };
}

/** Whoever gets the new secret can do what the key can. */
async function rotateKey(call: Call<'rotateKey'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock, auth } = options;
  const { principal } = call;
  const before = await keyOf(call, options);
  if (before.person !== undefined && before.person !== principal.person?.id) {
    const why = 'the key acts for somebody else, so the new secret is theirs alone';
    throw new AppError('FORBIDDEN', {
      message: why,
      remedy: 'Have them rotate it, or revoke it.',
      details: { why },
    });
  }
  if (principal.kind === 'key' && !isOfKey(principal, before)) {
    // It would be left with a secret that is good after it was revoked itself.
    const why = 'a key rotates itself and the keys that it made';
    throw new AppError('FORBIDDEN', {
      message: why,
      remedy: 'Sign in as the person, or ask with that key.',
      details: { why },
    });
  }
  const account = store.account(principal.account);
  await refuseBeyond(principal, before, account);
  const { key, prefix, hash } = auth.makeKey();
  const at = clock.now();
  const { graceMinutes } = call.body;
  const grace = graceMinutes === 0 ? {} : { graceUntil: at + graceMinutes * 60_000 };
  const row = rowOf(call, before.id, {
    at,
    action: 'key.rotate',
    details: { prefix, graceMinutes },
  });
  const rotated = await account.keys.rotate(before.id, { prefix, hash, at, ...grace }, row);
  if (rotated === undefined) throw noKey(before.id);
  return reply(200, { ...keyView(rotated, at), key });
}

const YEARS_MS = 100 * 365 * DAY_MS;

/** Errors: BODY_INVALID. */
function futureTime(text: string, now: number): number {
  const at = Date.parse(text);
  if (!(at > now)) throw badBody('body.expiresAt', 'it is not in the future');
  if (at > now + YEARS_MS) throw badBody('body.expiresAt', 'it is too far in the future');
  return at;
}
