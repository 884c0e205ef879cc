import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  A,
  auditOf,
  B,
  codeOf,
  draftOf,
  ENDED,
  entryOf,
  type executionId,
  flowId,
  NOW,
  nextOf,
  processId,
  type StoreWorld,
  saveFlow,
  startOf,
  storeWorld,
} from './open-test-store.ts';

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

const rowsOf = (id: string) =>
  world.sql<{ status: string; last_sequence: number }>(
    'SELECT status, last_sequence FROM sluice.executions WHERE id = $1',
    [id],
  );
const entriesOf = (id: string) =>
  world.store.account(A).executions.entries(id as ReturnType<typeof executionId>, 0, 1_000);

describe('the journal', () => {
  it('makes an execution with its entries, its end and its record in one unit', async () => {
    const flow = await saveFlow(world.store);
    const unit = startOf(flow, {
      ...ENDED,
      entries: [1, 2, 3].map((sequence) => entryOf(sequence)),
      audit: auditOf('execution.start', { details: { why: 'a "test"' } }),
    });
    await world.store.journal.write(unit);
    const { executions, audit } = world.store.account(A);
    expect(await executions.get(unit.execution)).toEqual({
      id: unit.execution,
      flowId: flow,
      flowName: 'first',
      version: 1,
      status: 'completed',
      inputs: { json: '{"x":1}' },
      outputs: { json: '{"y":2}' },
      createdAt: NOW,
      startedAt: NOW,
      endedAt: NOW + 5,
      startedBy: 'key:admin-1',
      takeovers: 0,
      isCancelRequested: false,
      lastSequence: 3,
    });
    expect(await executions.entries(unit.execution, 0, 1_000)).toEqual(unit.entries);
    const { items } = await audit.list({ action: 'execution.start' }, { limit: 10 });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ details: { why: 'a "test"' }, actor: 'key:admin-1' });
  });

  it('keeps the order of many units of one execution that are given at once', async () => {
    const start = startOf(await saveFlow(world.store));
    const units = [start, ...Array.from({ length: 50 }, (_, at) => nextOf(start, [at + 2]))];
    units.push(nextOf(start, [52], ENDED));
    await Promise.all(units.map((unit) => world.store.journal.write(unit)));
    expect((await entriesOf(start.execution)).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 52 }, (_, at) => at + 1),
    );
    expect(await rowsOf(start.execution)).toEqual([{ status: 'completed', last_sequence: 52 }]);
  });

  it('keeps values whatever characters are in them', async () => {
    const flow = await saveFlow(world.store);
    const hostile = `'"\\{},NULL\u0000\u001d\u001e\ud800\uFFFE0041\n😀\u2028`;
    const json = JSON.stringify({ [hostile]: hostile, b: 1, a: 2 });
    const unit = startOf(
      flow,
      { ...ENDED, outputs: { json }, entries: [{ sequence: 1, text: json }] },
      { inputs: { json }, flowName: hostile, startedBy: '', idempotencyKey: hostile },
    );
    const audit = auditOf('hostile', { actor: hostile, address: hostile, details: { hostile } });
    await world.store.journal.write({ ...unit, audit });
    const { executions, audit: events } = world.store.account(A);
    expect(await executions.get(unit.execution)).toMatchObject({
      inputs: { json },
      outputs: { json },
      flowName: hostile,
      startedBy: '',
    });
    expect(await executions.entries(unit.execution, 0, 10)).toEqual(unit.entries);
    expect(await executions.findByIdempotencyKey(flow, hostile)).toMatchObject({
      id: unit.execution,
    });
    const { items } = await events.list({ actor: hostile }, { limit: 10 });
    expect(items).toMatchObject([{ address: hostile, details: { hostile } }]);
  });

  it('keeps references in place of large values', async () => {
    const ref = { blob: 'ab'.repeat(32), bytes: 300_000 };
    const unit = startOf(
      await saveFlow(world.store),
      { ...ENDED, outputs: { ref } },
      {
        inputs: { ref },
      },
    );
    await world.store.journal.write(unit);
    const found = await world.store.account(A).executions.get(unit.execution);
    expect(found).toMatchObject({ inputs: { ref }, outputs: { ref } });
  });

  it('refuses a unit of an old epoch or another owner, and writes nothing of it', async () => {
    const start = startOf(await saveFlow(world.store));
    await world.store.journal.write(start);
    await world.sql('UPDATE sluice.executions SET epoch = 2, owner = $2 WHERE id = $1', [
      start.execution,
      'p2',
    ]);
    const { journal } = world.store;
    const audit = auditOf('late');
    expect(await codeOf(journal.write(nextOf(start, [2], { ...ENDED, audit })))).toBe(
      'EXECUTION_FENCED',
    );
    const other = nextOf({ ...start, epoch: 2 }, [2], { audit });
    expect(await codeOf(journal.write(other))).toBe('EXECUTION_FENCED');
    expect(await rowsOf(start.execution)).toEqual([{ status: 'running', last_sequence: 1 }]);
    expect(await entriesOf(start.execution)).toHaveLength(1);
    const { items } = await world.store.account(A).audit.list({ action: 'late' }, { limit: 10 });
    expect(items).toEqual([]);
    await journal.write({ ...other, owner: processId('p2') });
    expect(await entriesOf(start.execution)).toHaveLength(2);
  });

  it('refuses a gap, and everything after the end', async () => {
    const start = startOf(await saveFlow(world.store));
    const { journal } = world.store;
    await journal.write(start);
    expect(await codeOf(journal.write(nextOf(start, [3])))).toBe('EXECUTION_FENCED');
    await journal.write(nextOf(start, [2], ENDED));
    expect(await codeOf(journal.write(nextOf(start, [3])))).toBe('EXECUTION_FENCED');
    expect(await codeOf(journal.write(nextOf(start, [3], ENDED)))).toBe('EXECUTION_FENCED');
    expect(await entriesOf(start.execution)).toHaveLength(2);
  });

  it('refuses an account that is not the one of the execution', async () => {
    const start = startOf(await saveFlow(world.store));
    await world.store.journal.write(start);
    const foreign = nextOf({ ...start, account: B }, [2]);
    expect(await codeOf(world.store.journal.write(foreign))).toBe('EXECUTION_NOT_FOUND');
    expect(await entriesOf(start.execution)).toHaveLength(1);
  });

  it('gives a key to one of those that ask at once, and tells the others whose it is', async () => {
    const flow = await saveFlow(world.store);
    const ask = (requestHash: string) =>
      startOf(flow, {}, { idempotencyKey: 'order-7', requestHash });
    const units = [ask('same'), ask('same'), ask('other')];
    const answers = await Promise.allSettled(units.map((unit) => world.store.journal.write(unit)));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    const details = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(details).toMatchObject([
      {
        code: 'IDEMPOTENCY_TAKEN',
        details: { executionId: units[0]?.execution, sameRequest: true },
      },
      { code: 'IDEMPOTENCY_TAKEN', details: { sameRequest: false } },
    ]);
    expect(await rowsOf(units[1]?.execution ?? '')).toEqual([]);
    const elsewhere = startOf(await saveFlow(world.store), {}, { idempotencyKey: 'order-7' });
    await world.store.journal.write(elsewhere);
  });

  it('refuses a start whose version is not the latest any more, with all of it', async () => {
    const { flows, executions, audit } = world.store.account(A);
    const flow = await saveFlow(world.store);
    const ask = (version: number) =>
      startOf(flow, { audit: auditOf('latest') }, { version, onlyLatest: true });
    const outdated = ask(1);
    await world.store.journal.write(ask(1));
    const change = { audit: auditOf('flow.update') };
    await flows.update(flow, draftOf({ source: 'name: second' }), change);
    const named = startOf(flow);
    const units = [ask(2), outdated, named, ask(2), ask(3)];
    const answers = await Promise.all(units.map((unit) => codeOf(world.store.journal.write(unit))));
    expect(answers).toEqual(['done', 'FLOW_CHANGED', 'done', 'done', 'FLOW_CHANGED']);
    expect(await executions.get(outdated.execution)).toBeUndefined();
    expect(await entriesOf(outdated.execution)).toEqual([]);
    expect((await audit.list({ action: 'latest' }, { limit: 10 })).items).toHaveLength(3);
    await flows.remove(flow, auditOf('flow.delete'));
    expect(await codeOf(world.store.journal.write(ask(2)))).toBe('FLOW_CHANGED');
  });

  it('takes a committed start for done, though its flow has changed since', async () => {
    const flow = await saveFlow(world.store);
    const start = startOf(flow, {}, { onlyLatest: true });
    await world.store.journal.write(start);
    await world.store.account(A).flows.remove(flow, auditOf('flow.delete'));
    await world.store.journal.write(start);
    expect(await entriesOf(start.execution)).toHaveLength(1);
  });

  it('lets one unit that the database refuses fail alone', async () => {
    const flow = await saveFlow(world.store);
    const good = Array.from({ length: 20 }, () => startOf(flow));
    const bad = startOf(flowId());
    const units = [...good.slice(0, 7), bad, ...good.slice(7)];
    const answers = await Promise.allSettled(units.map((unit) => world.store.journal.write(unit)));
    expect(answers.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([7]);
    expect(await rowsOf(bad.execution)).toEqual([]);
  });

  it('takes a unit that was committed already for done, and changes nothing', async () => {
    const start = startOf(await saveFlow(world.store));
    const second = nextOf(start, [2, 3]);
    const waiting = nextOf(start, [], { status: 'waiting', wakeAt: NOW });
    const { journal } = world.store;
    for (const unit of [start, start, second, second, waiting, waiting]) await journal.write(unit);
    expect(await entriesOf(start.execution)).toHaveLength(3);
    expect(await rowsOf(start.execution)).toEqual([{ status: 'waiting', last_sequence: 3 }]);
  });

  it('refuses what could reach into the unit beside it', async () => {
    const flow = await saveFlow(world.store);
    for (const text of ['{"a":"\x1e"}', '{"a":"\x1d"}', '{\n}', '{"a":"\0"}']) {
      const unit = startOf(flow, { entries: [{ sequence: 1, text }] });
      await expect(world.store.journal.write(unit)).rejects.toThrow('assertion failed');
      const inputs = startOf(flow, {}, { inputs: { json: text } });
      await expect(world.store.journal.write(inputs)).rejects.toThrow('assertion failed');
    }
    const id = '{a},b' as ReturnType<typeof executionId>;
    await expect(world.store.journal.write(startOf(flow, { execution: id }))).rejects.toThrow();
  });

  it('reads entries from any sequence on, whatever chunks they came in', async () => {
    const start = startOf(await saveFlow(world.store));
    await world.store.journal.write(start);
    const chunks = [[2], [3, 4, 5], [6, 7], [8], [9, 10]];
    for (const chunk of chunks) await world.store.journal.write(nextOf(start, chunk));
    const { executions } = world.store.account(A);
    for (let after = 0; after <= 11; after += 1) {
      for (const limit of [1, 2, 3, 1_000]) {
        const found = await executions.entries(start.execution, after, limit);
        const expected = Array.from({ length: 10 }, (_, at) => at + 1)
          .filter((sequence) => sequence > after)
          .slice(0, limit);
        expect(found.map(({ sequence }) => sequence)).toEqual(expected);
      }
    }
  });

  it('reads large entries in parts, none of them twice', async () => {
    const start = startOf(await saveFlow(world.store));
    const { journal } = world.store;
    await journal.write(start);
    const text = JSON.stringify('x'.repeat(3_000_000));
    for (let sequence = 2; sequence <= 7; sequence += 1) {
      await journal.write({ ...nextOf(start, []), entries: [{ sequence, text }] });
    }
    const { executions } = world.store.account(A);
    const seen: number[] = [];
    const pages: number[] = [];
    for (;;) {
      const page = await executions.entries(start.execution, seen.at(-1) ?? 0, 1_000);
      if (page.length === 0) break;
      pages.push(page.length);
      seen.push(...page.map(({ sequence }) => sequence));
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(pages).toEqual([3, 2, 2]);
  });
});
