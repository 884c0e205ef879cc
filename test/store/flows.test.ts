import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, FlowId } from '../../src/base/index.ts';
import {
  A,
  auditOf,
  draftOf,
  flowId,
  NOW,
  type StoreWorld,
  saveFlow,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

/** Lists are tested in an account of their own, so that they hold what the test made. */
const accountOf = async (name: string) => {
  const account = name as AccountId;
  await world.store.ensureAccount(account, name);
  return { account, ...world.store.account(account) };
};
const flows = () => world.store.account(A).flows;
const update = (id: FlowId, source: string, ifVersion?: number) =>
  flows().update(id, draftOf({ source, name: `of ${source}`, at: NOW + 1, by: 'key:b' }), {
    ...(ifVersion === undefined ? {} : { ifVersion }),
    audit: auditOf('flow.update'),
  });

describe('flows', () => {
  it('are read as they were saved', async () => {
    const id = flowId();
    const saved = await flows().create(id, draftOf(), auditOf('flow.create'));
    const expected = {
      id,
      name: 'first',
      description: 'a flow',
      tags: ['one', 'two'],
      version: 1,
      owner: 'key:admin-1',
      isPublic: false,
      createdBy: 'key:admin-1',
      createdAt: NOW,
      updatedAt: NOW,
    };
    expect(saved).toEqual(expected);
    expect(await flows().get(id)).toEqual(expected);
    expect(await flows().version(id)).toEqual({
      flowId: id,
      version: 1,
      format: 'yaml',
      source: 'name: first\n',
      hash: 'hash of name: first\n',
      createdBy: 'key:admin-1',
      createdAt: NOW,
      grants: { hosts: [], connections: [], secrets: [], code: 'none' },
    });
  });

  it('keep with each version what it may do', async () => {
    const grants = {
      hosts: ['a.example', '\0\uFFFE"'],
      connections: ['c'],
      secrets: ['s'],
      code: 'strict',
    } as const;
    const id = await saveFlow(world.store, A, { grants });
    await update(id, 'two');
    expect(await flows().version(id, 1)).toMatchObject({ grants });
    expect((await flows().version(id, 2))?.grants.code).toBe('none');
    const { items } = await flows().versions(id, { limit: 5 });
    expect(items.map((version) => version.grants.code)).toEqual(['none', 'strict']);
    expect(items[0]).not.toHaveProperty('source');
  });

  it('get a version with each text that is new, and none with the one they have', async () => {
    const id = await saveFlow(world.store);
    expect(await update(id, 'two')).toMatchObject({ version: 2, name: 'of two' });
    expect(await update(id, 'two')).toMatchObject({ version: 2, updatedAt: NOW + 1 });
    expect(await update(id, 'three')).toMatchObject({ version: 3, createdBy: 'key:admin-1' });
    expect(await flows().version(id, 2)).toMatchObject({ source: 'two', createdBy: 'key:b' });
    expect(await flows().version(id, 1)).toMatchObject({ source: 'name: first\n' });
    expect(await flows().version(id)).toMatchObject({ version: 3 });
    for (const version of [0, 4, -1, 1.5, 2 ** 40]) {
      expect(await flows().version(id, version)).toBeUndefined();
    }
  });

  it('are not overwritten by who has read an older version', async () => {
    const id = await saveFlow(world.store);
    await update(id, 'two', 1);
    await expect(update(id, 'three', 1)).rejects.toMatchObject({
      code: 'FLOW_CHANGED',
      details: { version: 2 },
    });
    expect(await flows().get(id)).toMatchObject({ version: 2 });
    const both = await Promise.allSettled([update(id, 'x', 2), update(id, 'y', 2)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('keep every version apart when many save at once', async () => {
    const id = await saveFlow(world.store);
    const saved = await Promise.all(Array.from({ length: 20 }, (_, at) => update(id, `s${at}`)));
    const versions = saved.map((flow) => flow?.version).sort((a = 0, b = 0) => a - b);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, at) => at + 2));
  });

  it('keep their versions when they are removed', async () => {
    const id = await saveFlow(world.store);
    expect(await flows().remove(id, auditOf('flow.delete', { at: NOW + 3 }))).toBe(true);
    expect(await flows().remove(id, auditOf('flow.delete'))).toBe(false);
    expect(await flows().get(id)).toBeUndefined();
    expect(await update(id, 'more')).toBeUndefined();
    expect(await flows().version(id)).toMatchObject({ version: 1 });
    expect((await flows().versions(id, { limit: 10 })).items).toHaveLength(1);
  });

  it('change with their record or not at all', async () => {
    const { flows: own, audit } = await accountOf('recorded');
    const id = flowId();
    await own.create(id, draftOf(), auditOf('flow.create', { targetId: id }));
    const broken = { ...auditOf('flow.create'), outcome: 'other' as 'done' };
    const options = { audit: broken };
    await expect(own.create(flowId(), draftOf(), broken)).rejects.toThrow();
    await expect(own.update(id, draftOf({ source: 'b' }), options)).rejects.toThrow();
    await expect(own.remove(id, broken)).rejects.toThrow();
    expect(await own.get(id)).toMatchObject({ version: 1 });
    expect((await own.list({}, { limit: 10 })).items).toHaveLength(1);
    expect((await audit.list({}, { limit: 10 })).items).toMatchObject([{ targetId: id }]);
    expect(await own.update(flowId(), draftOf(), options)).toBeUndefined();
  });

  it('keep names of any characters, also those that the database refuses', async () => {
    for (const name of ['\0', 'a\0b', '\ud800', '\uFFFE0000', '\x1e\x1d', '😀', '%_\\', '']) {
      const id = await saveFlow(world.store, A, { name, description: name, tags: [name] });
      expect(await flows().get(id)).toMatchObject({ name, description: name, tags: [name] });
    }
  });
});

describe('lists of flows', () => {
  it('are found by any part of name or description, whatever the case and the characters', async () => {
    const { account, flows: own } = await accountOf('searched');
    for (const [name, description] of [
      ['Ärger 100%', 'first_one'],
      ['other', 'über ÄRGER'],
      ["O'Brien \\ \0", 'x'],
      ['a', 'b'],
    ] as const) {
      await saveFlow(world.store, account, { name, description });
    }
    const found = async (search: string) =>
      (await own.list({ search }, { limit: 10 })).items.map(({ name }) => name).sort();
    expect(await found('ärger')).toEqual(['other', 'Ärger 100%']);
    expect(await found('0%')).toEqual(['Ärger 100%']);
    expect(await found('%')).toEqual(['Ärger 100%']);
    expect(await found('_')).toEqual(['Ärger 100%']);
    expect(await found("o'b")).toEqual(["O'Brien \\ \0"]);
    expect(await found('\\ \0')).toEqual(["O'Brien \\ \0"]);
    expect(await found('ab')).toEqual([]);
    expect(await found('')).toHaveLength(4);
  });

  it('are narrowed by tags, all of which a flow must have', async () => {
    const { account, flows: own } = await accountOf('tagged');
    await saveFlow(world.store, account, { name: 'both', tags: ['x', 'y,"{}'] });
    await saveFlow(world.store, account, { name: 'one', tags: ['x'] });
    const found = async (tags: readonly string[]) =>
      (await own.list({ tags }, { limit: 10 })).items.map(({ name }) => name).sort();
    expect(await found(['x'])).toEqual(['both', 'one']);
    expect(await found(['x', 'y,"{}'])).toEqual(['both']);
    expect(await found(['X'])).toEqual([]);
    expect(await found([])).toEqual(['both', 'one']);
  });

  it('come in pages without a gap or a double, newest first, also while others save', async () => {
    const { account, flows: own } = await accountOf('paged');
    for (let at = 0; at < 12; at += 1) {
      await saveFlow(world.store, account, { name: `${at}`, at: NOW + Math.floor(at / 3) });
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await own.list({}, { limit: 5, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
      await saveFlow(world.store, account, { name: 'new', at: NOW + 100 });
    } while (cursor !== undefined);
    expect(seen).toHaveLength(12);
    expect(new Set(seen).size).toBe(12);
    expect(new Set(seen.slice(0, 3))).toEqual(new Set(['9', '10', '11']));
  });

  it('of versions come in pages, newest first and without their texts', async () => {
    const id = await saveFlow(world.store);
    for (let at = 0; at < 4; at += 1) await update(id, `s${at}`);
    const first = await flows().versions(id, { limit: 3 });
    expect(first.items.map(({ version }) => version)).toEqual([5, 4, 3]);
    expect(first.items[0]).not.toHaveProperty('source');
    const cursor = first.nextCursor ?? '';
    const second = await flows().versions(id, { limit: 3, cursor });
    expect(second.items.map(({ version }) => version)).toEqual([2, 1]);
    expect(second.nextCursor).toBeUndefined();
    await expect(
      flows().versions(await saveFlow(world.store), { limit: 3, cursor }),
    ).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  });

  it('refuse a cursor that is not one of theirs', async () => {
    const own = await accountOf('cursor-1');
    const other = await accountOf('cursor-2');
    for (let at = 0; at < 3; at += 1) await saveFlow(world.store, own.account);
    const { nextCursor = '' } = await own.flows.list({}, { limit: 1 });
    expect((await own.flows.list({}, { limit: 1, cursor: nextCursor })).items).toHaveLength(1);
    const [at = '', id = '', check = ''] = nextCursor.split('.');
    for (const cursor of [
      '',
      'x',
      `${Number(at) + 1}.${id}.${check}`,
      `${at}.${flowId()}.${check}`,
      `${nextCursor}0`,
      `99999999999999999999.${id}.${check}`,
      "' OR 1=1",
    ]) {
      await expect(own.flows.list({}, { limit: 1, cursor })).rejects.toMatchObject({
        code: 'CURSOR_INVALID',
      });
    }
    for (const foreign of [
      other.flows.list({}, { limit: 1, cursor: nextCursor }),
      own.executions.list({}, { limit: 1, cursor: nextCursor }),
      own.audit.list({}, { limit: 1, cursor: nextCursor }),
    ]) {
      await expect(foreign).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    }
  });
});
