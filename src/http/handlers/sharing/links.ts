import type { Principal } from '../../../auth/index.ts';
import type { AccountStore, LinkRecord } from '../../../store/index.ts';
import type { Call, Handlers, Reply } from '../../call.ts';
import { ACTS_OF_LEVEL, forbidden, refuseToGive } from '../../rights/index.ts';
import { auditOf } from '../audit-of.ts';
import { flowFor } from '../flow-of.ts';
import { isoTime } from '../flow-view.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { noLink } from '../not-found.ts';
import { pageReply } from '../paging.ts';

type Links = Pick<Handlers, 'listLinks' | 'createLink' | 'revokeLink'>;
type LinkOptions = HandlerOptions & { readonly baseUrl: () => string };

/** Links by which anybody who has one may see or run one flow. */
export function linkHandlers(options: LinkOptions): Links {
  const { store, clock } = options;
  return {
    listLinks: async (call) => {
      const { id } = await flowFor(store, call, 'share');
      const { sharing } = store.account(call.principal.account);
      const links = await sharing.links(id, clock.now());
      return pageReply(links.map(linkView), undefined);
    },
    createLink: (call) => createLink(call, options),
    revokeLink: async (call) => {
      const { id } = await flowFor(store, call, 'share');
      const { link } = call.params;
      const target = { targetKind: 'flow', targetId: id, details: { link } };
      const audit = auditOf(call, { at: clock.now(), action: 'flow.link-revoke', ...target });
      const { sharing } = store.account(call.principal.account);
      if (!(await sharing.revokeLink(id, link, audit))) throw noLink();
      return { status: 204 };
    },
  };
}

const DAY_MS = 24 * 60 * 60_000;

async function createLink(call: Call<'createLink'>, options: LinkOptions): Promise<Reply> {
  const { store, clock, auth, newId, baseUrl } = options;
  const shared = await flowFor(store, call, 'share');
  const { level, days } = call.body;
  const account = store.account(call.principal.account);
  const { principal } = call;
  await refuseToGive(account, principal, { acts: ACTS_OF_LEVEL[level], flow: shared });
  await refuseBoundKey(account, principal, level);
  const { id: flow } = shared;
  const { token, hash: tokenHash } = auth.makeToken();
  const createdAt = clock.now();
  const expiresAt = createdAt + days * DAY_MS;
  const id = newId();
  const details = { link: id, level, expiresAt: isoTime(expiresAt) };
  const target = { targetKind: 'flow', targetId: flow, details };
  const audit = auditOf(call, { at: createdAt, action: 'flow.link-create', ...target });
  // The link is good as long as its maker may do all that with the flow: a key for as long as it is
  // good itself, also where it acts for a person.
  const createdBy = principal.id;
  const draft = { id, flow, level, createdBy, createdAt, expiresAt, tokenHash };
  const link = await account.sharing.createLink(draft, audit);
  const url = `${baseUrl()}/api/v1/shared/${token}`;
  const text = JSON.stringify({ ...linkView(link), token, url });
  // The token is shown once: no cache keeps the answer.
  return { status: 201, text, headers: { 'cache-control': 'no-store' } };
}

/**
 * Anybody may open a link, from anywhere and as often as they like: a key that may be used from
 * some networks alone makes none, and one with limits of executions none that runs the flow.
 * Errors: FORBIDDEN.
 */
async function refuseBoundKey(
  { keys }: Pick<AccountStore, 'keys'>,
  { key: id }: Principal,
  level: LinkRecord['level'],
): Promise<void> {
  const key = id === undefined ? undefined : await keys.get(id);
  if (key === undefined) return;
  const { networks, minutesAMonth, concurrentExecutions } = key;
  if (networks.length > 0) throw forbidden('share', 'the key is bound to networks, a link is not');
  const isLimited = minutesAMonth !== undefined || concurrentExecutions !== undefined;
  if (isLimited && level === 'execute') {
    throw forbidden('share', 'the key has limits of executions, a link has none');
  }
}

function linkView(link: LinkRecord) {
  const { id, level, createdBy, createdAt, expiresAt, lastUsedAt, uses } = link;
  return {
    id,
    level,
    createdBy,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    lastUsedAt: lastUsedAt === undefined ? undefined : isoTime(lastUsedAt),
    uses,
  };
}
