import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/base/index.ts';
import type { ExecutionEvent } from '../../src/contract/index.ts';
import {
  type EnginePorts,
  execute,
  type Journal,
  memoryJournal,
  type Spawn,
  type WholeOptions,
} from '../../src/engine/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { type FlowSpec, planOf } from './plan-of.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

interface Play extends Omit<Partial<WholeOptions>, 'ports'> {
  readonly flow: FlowSpec;
  readonly spawn: Spawn;
  readonly ready?: EnginePorts['ready'];
  readonly journal?: Journal;
  readonly clock?: VirtualClock;
  readonly inputs?: Readonly<Record<string, Value>>;
}

function play({ flow, spawn, journal, clock = virtualClock(), inputs = {}, ...more }: Play) {
  const { ready, ...options } = more;
  const random = { next: () => 0.5 };
  const own = { clock, random, journal: journal ?? memoryJournal(), spawn };
  const ports = { ...own, ...(ready === undefined ? {} : { ready }) };
  return clock.runUntil(execute(planOf(flow), inputs, { executionId: 'e1', ports, ...options }));
}

const nulls: Spawn = async () => ({ value: null });
const chain: FlowSpec = { nodes: { a: {}, b: { after: ['a'] } }, outputs: { b: 'b' } };
const summary = (steps: readonly { node: string; path: string; status: string }[]) =>
  steps.map(({ node, path, status }) => `${node}@${path} ${status}`);

describe('execute', () => {
  it('copies inputs, so that nobody can change them later', async () => {
    const list: Value[] = [1];
    let seen: Value | undefined;
    const spawn: Spawn = async ({ names }) => {
      list.push(2);
      seen = names.get('inputs');
      return { value: null };
    };
    await play({ flow: { nodes: { a: {} } }, spawn, inputs: { list } });
    expect(seen).toEqual({ list: [1] });
    expect(Object.isFrozen((seen as { list: Value }).list)).toBe(true);
  });

  it('refuses inputs that are not data before anything runs', async () => {
    const inputs = { when: new Date(0) } as unknown as Readonly<Record<string, Value>>;
    await expect(play({ flow: chain, spawn: nulls, inputs })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: 'input when is an object of a class, not JSON data',
    });
  });

  it('runs nothing when it is cancelled before it starts', async () => {
    const result = await play({ flow: chain, spawn: nulls, signal: AbortSignal.abort() });
    expect(result).toEqual({
      executionId: 'e1',
      status: 'cancelled',
      outputs: {},
      steps: [],
      error: {
        code: 'EXECUTION_CANCELLED',
        message: 'the execution was cancelled',
        remedy: 'Start it again.',
      },
    });
  });

  it('fails an output that names a field which is not there', async () => {
    const flow = { nodes: { a: {} }, outputs: { x: 'a.y' } };
    const result = await play({ flow, spawn: async () => ({ value: { z: 1 } }) });
    expect(result.status).toBe('failed');
    expect(result.error?.code).toBe('TEMPLATE_UNDEFINED');
  });

  it('is not changed by a listener that throws or rejects', async () => {
    const kinds: string[] = [];
    const onEvent = (event: ExecutionEvent) => {
      kinds.push(event.kind);
      if (kinds.length % 2 === 0) throw new Error('a listener of no use');
      // An async listener fits the type; its rejection must not reach the process.
      return Promise.reject(new Error('late'));
    };
    const result = await play({ flow: chain, spawn: nulls, onEvent });
    expect(result.status).toBe('completed');
    expect(kinds).toEqual([
      'execution.started',
      'step.started',
      'step.ended',
      'step.started',
      'step.ended',
      'execution.ended',
    ]);
  });
});

describe('a hostile node', () => {
  it.each([
    ['a string', 'text'],
    ['undefined', undefined],
    ['an object without a prototype', Object.create(null)],
    ['a promise', Promise.resolve(1)],
  ])('that throws %s fails as an internal error without its text', async (_, thrown) => {
    const spawn: Spawn = async () => {
      throw thrown;
    };
    const { status, error } = await play({ flow: { nodes: { a: {} } }, spawn });
    expect([status, error?.code, error?.message]).toEqual([
      'failed',
      'INTERNAL',
      'node a failed in a way that its type does not foresee',
    ]);
  });

  it('that throws before it gives a promise fails alike', async () => {
    const spawn: Spawn = () => {
      throw new AppError('NODE_FAILED', { message: 'at once' });
    };
    const { error } = await play({ flow: { nodes: { a: {} } }, spawn });
    expect(error).toMatchObject({ code: 'NODE_FAILED', node: 'a', path: '' });
  });

  it('that never settles does not outlive the grace of a cancelled execution', async () => {
    const clock = virtualClock();
    const cancel = new AbortController();
    clock.sleep(100).then(() => cancel.abort());
    const spawn: Spawn = () => new Promise(() => {});
    const flow = { nodes: { a: {} } };
    const startedAt = clock.now();
    const result = await play({ flow, spawn, clock, signal: cancel.signal });
    expect(summary(result.steps)).toEqual(['a@ cancelled']);
    expect(clock.now() - startedAt).toBe(2_100);
  });

  it('that settles after it was given up changes nothing any more', async () => {
    const clock = virtualClock();
    const spawn: Spawn = async ({ attempt, log }) => {
      if (attempt > 1) return { value: 'second' };
      await clock.sleep(150);
      log({ level: 'info', message: 'too late' });
      throw new Error('too late');
    };
    const node = { timeoutMs: 100, retry: { attempts: 2, backoffMs: 100 } };
    const result = await play({ flow: { nodes: { a: node } }, spawn, clock });
    expect(result.steps).toMatchObject([{ status: 'completed', attempts: 2, value: 'second' }]);
    expect(result.steps[0]?.logs).toBeUndefined();
  });

  it('has its whole time from when all is ready, and none of it is used before', async () => {
    const clock = virtualClock();
    const spawn: Spawn = async () => {
      await clock.sleep(90);
      return { value: 'in time' };
    };
    const ready = () => clock.sleep(60_000);
    const node = { timeoutMs: 100 };
    const result = await play({ flow: { nodes: { a: node } }, spawn, ready, clock });
    expect(result.steps).toMatchObject([{ status: 'completed', attempts: 1, value: 'in time' }]);
  });

  it('never begins where it was stopped, or refused, before all was ready', async () => {
    const clock = virtualClock();
    const begun: string[] = [];
    const spawn: Spawn = async ({ node }) => {
      begun.push(node.name);
      return { value: null };
    };
    const stop = new AbortController();
    clock.sleep(50).then(() => stop.abort());
    const late = { flow: chain, spawn, clock, ready: () => clock.sleep(60_000) };
    const stopped = await play({ ...late, signal: stop.signal });
    expect(stopped).toMatchObject({ status: 'cancelled' });
    expect(clock.now()).toBeLessThan(1_060_000);
    await clock.runUntil(clock.sleep(60_000));
    const refusal = new AppError('STORE_UNAVAILABLE', { message: 'gone', retryable: false });
    const refused = await play({ ...late, ready: () => Promise.reject(refusal) });
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'STORE_UNAVAILABLE' } });
    expect(begun).toEqual([]);
  });

  it('that rejects when told to stop is cancelled, not a second failure', async () => {
    const spawn: Spawn = ({ node, signal }) =>
      node.name === 'a'
        ? Promise.reject(new AppError('NODE_FAILED', { message: 'a failed' }))
        : new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
          });
    const result = await play({ flow: { nodes: { b: {}, a: {} } }, spawn });
    expect(summary(result.steps)).toEqual(['a@ failed', 'b@ cancelled']);
    expect(result.steps[1]?.error?.message).toBe('stopped because node a failed');
  });

  it('that logs without end is cut, and told so', async () => {
    const spawn: Spawn = async ({ log }) => {
      for (let line = 0; line < 1_500; line += 1) log({ level: 'info', message: String(line) });
      return { value: null };
    };
    const { steps } = await play({ flow: { nodes: { a: {} } }, spawn });
    expect(steps[0]?.logs?.length).toBe(1_001);
    expect(steps[0]?.logs?.at(-1)?.message).toBe('500 more lines were dropped');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'finds nothing of the host under the name %s',
    async (name) => {
      let seen: Value | undefined = 'unasked';
      const spawn: Spawn = async ({ names }) => {
        seen = names.get(name);
        return { value: null };
      };
      await play({ flow: chain, spawn });
      expect(seen).toBeUndefined();
    },
  );

  it('named like a member of every object is a node like others', async () => {
    const flow = { nodes: { constructor: {}, valueOf: { after: ['constructor'] } } };
    const spawn: Spawn = async ({ node, input }) => ({ value: [node.name, input.dependencies] });
    const { steps } = await play({ flow, spawn });
    expect(steps.map(({ value }) => value)).toEqual([
      ['constructor', {}],
      ['valueOf', { constructor: ['constructor', {}] }],
    ]);
  });
});

describe('the journal', () => {
  const refusing = (node: string): Journal => ({
    load: async () => [],
    append: async (_, step) => {
      if (step.node === node) throw new Error('the disk is full');
    },
  });

  it('that refuses a step ends the execution, and its dependents never start', async () => {
    const { status, error, steps } = await play({
      flow: chain,
      spawn: nulls,
      journal: refusing('a'),
    });
    expect([status, error?.code, steps]).toEqual(['failed', 'INTERNAL', []]);
    expect(JSON.stringify(error)).not.toContain('disk');
  });

  it('that throws instead of rejecting is treated alike', async () => {
    const journal: Journal = {
      load: async () => [],
      append: () => {
        throw new Error('the disk is full');
      },
    };
    const { error } = await play({ flow: chain, spawn: nulls, journal });
    expect(error?.code).toBe('INTERNAL');
  });

  it('that cannot be read lets nothing start', async () => {
    const journal: Journal = {
      load: () => Promise.reject(new Error('no connection')),
      append: async () => {},
    };
    const { status, error, steps } = await play({ flow: chain, spawn: nulls, journal });
    expect([status, error?.code, steps]).toEqual(['failed', 'INTERNAL', []]);
  });

  it('keeps a step from being recorded twice', async () => {
    const journal = memoryJournal();
    const { steps } = await play({ flow: chain, spawn: nulls, journal });
    const [first] = steps;
    if (first === undefined) throw new Error('there is a first step');
    await expect(journal.append('e1', first)).rejects.toMatchObject({
      message: "the step of a at '' is already recorded",
    });
    await expect(journal.append('another', first)).resolves.toBeUndefined();
  });

  it('with a failure in it ends the execution again, and nothing starts', async () => {
    const journal = memoryJournal();
    const failing: Spawn = async () => {
      throw new AppError('NODE_FAILED', { message: 'once' });
    };
    const first = await play({ flow: chain, spawn: failing, journal });
    const again = await play({ flow: chain, spawn: nulls, journal });
    expect(again).toEqual(first);
  });
});
