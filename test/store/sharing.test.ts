import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCESS_LIMITS, type FlowId, type PersonId } from '../../src/base/index.ts';
import type { FlowFilter, FlowRecord, FlowViewer, Store } from '../../src/store/index.ts';
import {
  A,
  auditOf,
  B,
  codeOf,
  draftOf,
  flowId,
  NOW,
  type StoreWorld,
  saveFlow,
  savePerson,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
let store: Store;
beforeAll(async () => {
  world = await storeWorld();
  store = world.store;
});
afterAll(() => world.close());

const sharing = (account = A) => store.account(account).sharing;
const share = (flow: FlowId, person: PersonId, level: 'view' | 'execute' | 'edit' = 'view') =>
  sharing().putShare(
    { flow, person, level, createdBy: 'person:x', createdAt: NOW },
    auditOf('share.put', { targetId: flow }),
  );
const linkOf = (flow: FlowId, more: { readonly expiresAt?: number } = {}) => ({
  id: randomUUID(),
  flow,
  level: 'view' as const,
  createdBy: 'person:x',
  createdAt: NOW,
  expiresAt: NOW + 1_000,
  tokenHash: randomUUID(),
  ...more,
});
const named = async (action: string, targetId: string) =>
  (await store.account(A).audit.list({ action, targetId }, { limit: 50 })).items.length;

describe('shares', () => {
  it('are made, changed and taken away, each with its record', async () => {
    const [flow, person] = [await saveFlow(store), await savePerson(store, 'Ann')];
    await share(flow, person);
    await share(flow, person, 'edit');
    expect(await sharing().shares(flow)).toEqual([
      { flow, person, username: 'Ann', level: 'edit', createdBy: 'person:x', createdAt: NOW },
    ]);
    expect(await sharing().levels(person, [flow, flowId()])).toEqual(new Map([[flow, 'edit']]));
    const removal = auditOf('share.remove', { targetId: flow });
    expect(await sharing().removeShare(flow, person, removal)).toBe(true);
    expect(await sharing().removeShare(flow, person, removal)).toBe(false);
    expect(await sharing().shares(flow)).toEqual([]);
    expect(await named('share.put', flow)).toBe(2);
    expect(await named('share.remove', flow)).toBe(1);
  });

  it('are refused for flows and people that are not there, or of another account', async () => {
    const [flow, person] = [await saveFlow(store), await savePerson(store, 'Bea')];
    const foreign = await saveFlow(store, B);
    const stranger = await savePerson(store, 'Stranger', B);
    expect(await codeOf(share(foreign, person))).toBe('FLOW_NOT_FOUND');
    expect(await codeOf(share(flowId(), person))).toBe('FLOW_NOT_FOUND');
    expect(await codeOf(share("' OR 1=1" as FlowId, person))).toBe('FLOW_NOT_FOUND');
    expect(await codeOf(share(flow, stranger))).toBe('PERSON_NOT_FOUND');
    expect(await codeOf(share(flow, 'nobody' as PersonId))).toBe('PERSON_NOT_FOUND');
    await store.account(A).flows.remove(flow, auditOf('flow.delete'));
    expect(await codeOf(share(flow, person))).toBe('FLOW_NOT_FOUND');
    expect(await named('share.put', flow)).toBe(0);
  });

  it('go with the person', async () => {
    const [flow, person] = [await saveFlow(store), await savePerson(store, 'Cid')];
    await share(flow, person);
    await world.sql('DELETE FROM sluice.people WHERE id = $1', [person]);
    expect(await sharing().shares(flow)).toEqual([]);
  });

  it('are as many as may be, also when many are made at once', async () => {
    const flow = await saveFlow(store);
    await world.sql(
      `INSERT INTO sluice.people (account_id, id, username, username_folded, display_name, role,
        password_hash, is_active, created_at, updated_at, password_changed_at)
      SELECT 'a', gen_random_uuid(), 'many' || n, 'many' || n, '', 'user', '', true, 0, 0, 0
      FROM generate_series(1, $1) AS n`,
      [ACCESS_LIMITS.sharesAFlow + 4],
    );
    await world.sql(
      `INSERT INTO sluice.flow_shares SELECT 'a', $1, id, 'view', '', 0 FROM sluice.people
      WHERE username LIKE 'many%' LIMIT $2`,
      [flow, ACCESS_LIMITS.sharesAFlow - 1],
    );
    const others = await world.sql<{ readonly id: PersonId }>(
      `SELECT id FROM sluice.people WHERE username LIKE 'many%'
        AND id NOT IN (SELECT person_id FROM sluice.flow_shares)`,
    );
    const codes = await Promise.all(others.map(({ id }) => codeOf(share(flow, id))));
    expect(codes.sort()).toEqual([...Array(4).fill('LIMIT_REACHED'), 'done']);
    const [first] = await sharing().shares(flow);
    if (first === undefined) throw new Error('there are shares');
    expect(await codeOf(share(flow, first.person, 'edit'))).toBe('done');
  });
});

describe('links', () => {
  it('are there until they are revoked or over', async () => {
    const flow = await saveFlow(store);
    const link = linkOf(flow);
    const { tokenHash: _, ...shown } = link;
    const made = await sharing().createLink(link, auditOf('link.create', { targetId: flow }));
    expect(made).toEqual({ ...shown, uses: 0 });
    expect(await sharing().links(flow, NOW)).toEqual([made]);
    expect(await sharing().links(flow, NOW + 1_000)).toEqual([]);
    const revoke = (of: FlowId, id: string = link.id, account = A) =>
      sharing(account).revokeLink(of, id, auditOf('link.revoke', { targetId: flow }));
    expect(await revoke(await saveFlow(store))).toBe(false);
    expect(await revoke(flow, 'none')).toBe(false);
    expect(await revoke(flow, link.id, B)).toBe(false);
    expect(await revoke(flow)).toBe(true);
    expect(await revoke(flow)).toBe(false);
    expect(await sharing().links(flow, NOW)).toEqual([]);
    expect(await named('link.create', flow)).toBe(1);
    expect(await named('link.revoke', flow)).toBe(1);
  });

  it('are as many good ones as may be, whatever came and went before', async () => {
    const flow = await saveFlow(store);
    const create = (more: { readonly expiresAt?: number } = {}) =>
      codeOf(sharing().createLink(linkOf(flow, more), auditOf('link.create')));
    await Promise.all(Array.from({ length: 20 }, () => create({ expiresAt: NOW })));
    const asked = ACCESS_LIMITS.linksAFlow + 5;
    const codes = await Promise.all(Array.from({ length: asked }, () => create()));
    expect(codes.filter((code) => code === 'done')).toHaveLength(ACCESS_LIMITS.linksAFlow);
    expect(codes.filter((code) => code === 'LIMIT_REACHED')).toHaveLength(5);
    const rows = await world.sql('SELECT FROM sluice.share_links WHERE flow_id = $1', [flow]);
    expect(rows).toHaveLength(ACCESS_LIMITS.linksAFlow);
    expect(await codeOf(sharing(B).createLink(linkOf(flow), auditOf('x')))).toBe('FLOW_NOT_FOUND');
  });
});

describe('lists', () => {
  it('show each viewer what one may see, and the part that was asked for', async () => {
    const account = store.account(A);
    const [me, other] = [await savePerson(store, 'Me'), await savePerson(store, 'Other')];
    const save = async (name: string, owner: string) => {
      const draft = draftOf({ name, tags: ['viewed'], by: 'key:admin-1' });
      return (await account.flows.create(flowId(), { ...draft, owner }, auditOf('flow.create'))).id;
    };
    const publish = (id: FlowId) =>
      account.flows.setAccess(id, { isPublic: true, at: NOW }, auditOf('flow.access'));
    const [mine, theirs] = [await save('mine', `person:${me}`), await save('theirs', 'person:o')];
    const shared = await save('shared', `person:${other}`);
    const open = await save('public', 'key:k');
    const elsewhere = await save('shared with another', 'key:k');
    await publish(open);
    await share(shared, me, 'view');
    await share(elsewhere, other, 'edit');
    const viewer: FlowViewer = { everything: false, owner: `person:${me}`, person: me };
    const seen = async (filter: FlowFilter) =>
      (await account.flows.list({ tags: ['viewed'], ...filter }, { limit: 50 })).items
        .map(({ name }) => name)
        .sort();
    expect(await seen({ viewer })).toEqual(['mine', 'public', 'shared']);
    expect(await seen({ viewer, of: 'mine' })).toEqual(['mine']);
    expect(await seen({ viewer, of: 'shared' })).toEqual(['shared']);
    expect(await seen({ viewer, of: 'public' })).toEqual(['public']);
    expect(await seen({ viewer, search: 'THEIRS' })).toEqual([]);
    expect(await seen({ viewer, tags: ['viewed', 'no'] })).toEqual([]);
    expect(await seen({ viewer: { everything: false, owner: 'key:k' } })).toEqual([
      'public',
      'shared with another',
    ]);
    expect(await seen({ viewer: { ...viewer, everything: true } })).toHaveLength(5);
    expect(await seen({ viewer: { ...viewer, everything: true }, of: 'mine' })).toEqual(['mine']);
    expect(await seen({})).toHaveLength(5);
    // A flow that passes to somebody else, and one that is withdrawn, are gone at once.
    await account.flows.setAccess(mine, { owner: 'person:o', at: NOW }, auditOf('flow.access'));
    await account.flows.setAccess(open, { isPublic: false, at: NOW }, auditOf('flow.access'));
    await sharing().removeShare(shared, me, auditOf('share.remove'));
    expect(await seen({ viewer })).toEqual([]);
    expect(theirs).toBeDefined();
  });

  it('come in pages that hold nothing a viewer may not see, whoever made the cursor', async () => {
    const account = store.account(A);
    const save = (at: number) =>
      account.flows.create(
        flowId(),
        { ...draftOf({ at: NOW + at, tags: ['paged'] }), owner: `key:${at % 2}` },
        auditOf('flow.create'),
      );
    for (let at = 0; at < 10; at += 1) await save(at);
    const list = (owner: string, cursor?: string) =>
      account.flows.list(
        { tags: ['paged'], viewer: { everything: false, owner } },
        { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
      );
    const seen: FlowRecord[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 5; pages += 1) {
      const page = await list('key:0', cursor);
      seen.push(...page.items);
      cursor = page.nextCursor;
      if (cursor === undefined) break;
      const { items } = await list('key:1', cursor);
      expect(items.every(({ owner }) => owner === 'key:1')).toBe(true);
    }
    expect(seen.map(({ createdAt }) => createdAt - NOW)).toEqual([8, 6, 4, 2, 0]);
  });

  it('of executions show what one started, what one owns, and what is shared to edit', async () => {
    const account = store.account(A);
    const me = await savePerson(store, 'Watcher');
    const mine = { everything: false, owner: `person:${me}`, person: me };
    const make = async (flow: FlowId, startedBy: string) => {
      const unit = startOf(flow, {}, { startedBy });
      await store.journal.write(unit);
      return unit.execution;
    };
    const [own, edited, viewed, foreign] = await Promise.all(
      Array.from({ length: 4 }, () => saveFlow(store)),
    );
    if (!own || !edited || !viewed || !foreign) throw new Error('four flows');
    await account.flows.setAccess(own, { owner: mine.owner, at: NOW }, auditOf('flow.access'));
    await share(edited, me, 'edit');
    await share(viewed, me, 'execute');
    const [ofMine, ofEdited] = [await make(own, 'key:k'), await make(edited, 'key:k')];
    await make(viewed, 'key:k');
    await make(foreign, 'key:k');
    const started = await make(foreign, mine.owner);
    const seen = async (viewer: FlowViewer, flow?: FlowId) =>
      (
        await account.executions.list(
          { viewer, ...(flow === undefined ? {} : { flowId: flow }) },
          { limit: 50 },
        )
      ).items.map(({ id }) => id);
    expect((await seen(mine)).sort()).toEqual([ofMine, ofEdited, started].sort());
    expect(await seen(mine, foreign)).toEqual([started]);
    expect(await seen(mine, viewed)).toEqual([]);
    expect(await seen({ ...mine, everything: true }, foreign)).toHaveLength(2);
    await account.flows.remove(own, auditOf('flow.delete'));
    expect(await seen(mine, own)).toEqual([ofMine]);
  });
});

describe('access to a flow', () => {
  it('is set with its record, and not for what is not there', async () => {
    const { flows } = store.account(A);
    const id = await saveFlow(store);
    const set = (of: FlowId, account = A) =>
      store
        .account(account)
        .flows.setAccess(
          of,
          { isPublic: true, owner: 'person:\0', at: NOW + 9 },
          auditOf('flow.access', { targetId: id }),
        );
    expect(await set(id)).toMatchObject({ isPublic: true, owner: 'person:\0', updatedAt: NOW + 9 });
    expect(await flows.get(id)).toMatchObject({ isPublic: true, owner: 'person:\0', version: 1 });
    const more = { at: NOW + 10 };
    expect(await flows.setAccess(id, more, auditOf('flow.access'))).toMatchObject({
      isPublic: true,
      owner: 'person:\0',
    });
    expect(await set(id, B)).toBeUndefined();
    expect(await set('none' as FlowId)).toBeUndefined();
    await flows.remove(id, auditOf('flow.delete'));
    expect(await set(id)).toBeUndefined();
    expect(await named('flow.access', id)).toBe(1);
  });
});
