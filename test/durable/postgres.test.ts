import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Clock,
  type ExecutionId,
  type ProcessId,
  seededRandom,
  systemClock,
} from '../../src/base/index.ts';
import type { ExecutionEvent, NodeType } from '../../src/contract/index.ts';
import { sha256Hex, uuidv7 } from '../../src/crypto/index.ts';
import { type Dispatcher, openDispatcher, openPlans } from '../../src/engine/durable/index.ts';
import { compile } from '../../src/language/index.ts';
import type { Log } from '../../src/log/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';
import type { Store } from '../../src/store/index.ts';
import { SEMANTICS_TYPES } from '../semantics/node-types.ts';
import { A, auditOf, flowId, type StoreWorld, storeWorld } from '../store/open-test-store.ts';

const SEEDS = [1, 2, 3, 4];
const EXECUTIONS = 20;
const NEVER = new Promise<never>(() => {});
const FLOW = flowId();
const TEXT = `
name: effects
inputs: {number: {type: integer}}
nodes:
  a: {type: value, config: {value: "{{ inputs.number }}"}}
  b: {type: send, depends_on: [a]}
  c: {type: delay, depends_on: [b], config: {duration: 1500ms}}
  d: {type: send, depends_on: [c]}
  e: {type: value, depends_on: [d], config: {value: "{{ a }} {{ b }} {{ d }}"}}
outputs: {result: e}
`;

/** Nothing that a dead process does or waits for goes on; what it sent before may arrive. */
class Mortal {
  isDead = false;
  writesLeft: number;

  constructor(writesLeft: number) {
    this.writesLeft = writesLeft;
  }

  readonly #alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (this.isDead) await NEVER;
    try {
      return await work();
    } finally {
      if (this.isDead) await NEVER;
    }
  };

  readonly clock: Clock = {
    now: systemClock.now,
    sleep: (ms, signal) => this.#alive(() => systemClock.sleep(ms, signal)),
  };

  store(store: Store): Store {
    return {
      ...store,
      account: (account) => {
        const own = store.account(account);
        const { executions } = own;
        return {
          ...own,
          executions: {
            ...executions,
            entries: (id, after, limit) => this.#alive(() => executions.entries(id, after, limit)),
            progress: (ids) => this.#alive(() => executions.progress(ids)),
          },
        };
      },
      journal: {
        write: (unit) => {
          this.writesLeft -= 1;
          const written = store.journal.write(unit);
          if (this.writesLeft === 0) this.isDead = true;
          return this.#alive(() => written);
        },
      },
      dispatch: {
        ...store.dispatch,
        renewLease: (owner, kind) => this.#alive(() => store.dispatch.renewLease(owner, kind)),
        claim: (request) => this.#alive(() => store.dispatch.claim(request)),
        cancelRequested: (owner) => this.#alive(() => store.dispatch.cancelRequested(owner)),
      },
    };
  }
}

describe('executions on a real database', () => {
  let world: StoreWorld;
  const effects = new Map<string, number>();

  beforeAll(async () => {
    world = await storeWorld();
    const source = TEXT;
    const draft = { name: 'effects', description: '', tags: [], format: 'yaml', source } as const;
    const by = { hash: sha256Hex(source), by: 'key:test', at: Date.now() };
    await world.store.account(A).flows.create(FLOW, { ...draft, ...by }, auditOf('flow.create'));
  });
  afterAll(() => world.close());

  async function open(name: string, mortal: Mortal): Promise<Dispatcher> {
    const store = mortal.store(world.store);
    const nodeTypes = [...SEMANTICS_TYPES, sendType(mortal)];
    return openDispatcher({
      store,
      plans: openPlans(store, ({ source }) => compile(source, { nodeTypes })),
      clock: mortal.clock,
      monotonicMs: () => performance.now(),
      newId: () => uuidv7(Date.now()),
      process: `${name}-${Math.random()}` as ProcessId,
      kind: 'worker',
      slots: 16,
      limits: {},
      capabilities: () => ({}),
      log: SILENT,
    });
  }

  function sendType(mortal: Mortal): NodeType {
    return defineNode({
      ...{ id: 'send', version: 1, title: 'send', summary: 'send', output: 'any' },
      ...{ outputSummary: 'sent', example: '', role: 'step', effect: 'write', needs: [] },
      config: {},
      run: async (context, _config, input) => {
        if (mortal.isDead) await NEVER;
        const id = context.idempotencyKey.split('/')[0] as ExecutionId;
        const entries = await world.store.account(A).executions.entries(id, 0, 1_000);
        const ended = entries.map(({ text }) => JSON.parse(text) as ExecutionEvent);
        for (const name of Object.keys(input.dependencies)) {
          expect(ended.some((e) => e.kind === 'step.ended' && e.step.node === name)).toBe(true);
        }
        effects.set(context.idempotencyKey, (effects.get(context.idempotencyKey) ?? 0) + 1);
        return { value: `${context.node} sent` };
      },
    });
  }

  it.concurrent.each(SEEDS)('end once each, though their process dies (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const mortal = new Mortal(1 + Math.floor(random.next() * EXECUTIONS * 4));
    const [one, two] = await Promise.all([open('one', mortal), open('two', new Mortal(-1))]);
    const ids: ExecutionId[] = [];
    for (let number = 0; number < EXECUTIONS && !mortal.isDead; number += 1) {
      const started = await one.start({
        account: A,
        flow: { id: FLOW, name: 'effects', version: 1 },
        inputs: { number },
        by: 'key:test',
        audit: auditOf('execution.start', { targetKind: 'execution' }),
      });
      const isAccepted = started.accepted().then(() => true);
      const died = (async () => {
        while (!mortal.isDead) await systemClock.sleep(20);
        return false;
      })();
      if (await Promise.race([isAccepted, died])) ids.push(started.id);
    }
    const signal = new AbortController().signal;
    const follow = async (id: ExecutionId) => {
      const events: ExecutionEvent[] = [];
      for await (const entries of two.feed.follow(A, id, { after: 0, signal })) {
        events.push(...entries.map(({ text }) => JSON.parse(text) as ExecutionEvent));
      }
      return events;
    };
    const journals = await Promise.all(ids.map(follow));
    for (const [index, events] of journals.entries()) {
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at + 1));
      expect(events.filter(({ kind }) => kind === 'execution.ended').length).toBe(1);
      const steps = events.flatMap((e) => (e.kind === 'step.ended' ? [e.step.node] : []));
      expect(steps.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e']);
      const id = ids[index] as ExecutionId;
      const record = await world.store.account(A).executions.get(id);
      expect(record).toMatchObject({ status: 'completed', lastSequence: events.length });
      expect(record?.outputs).toEqual({ json: `{"result":"${index} b sent d sent"}` });
      for (const node of ['b', 'd']) expect(effects.get(`${id}/${node}/`)).toBeGreaterThan(0);
    }
    await two.close();
    // What it took of other seeds is taken over from it.
    mortal.isDead = true;
  });
});

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => SILENT,
};
