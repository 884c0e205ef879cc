import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/index.ts';
import { execute, memoryJournal, type Spawn } from '../../src/engine/index.ts';
import { type FlowSpec, planOf } from './plan-of.ts';

const items = (count: number) => Array.from({ length: count }, (_, index) => index);

function play(flow: FlowSpec, itemsEach: number, signal?: AbortSignal) {
  const spawn: Spawn = async ({ node }) =>
    node.opens ? { value: items(itemsEach), items: items(itemsEach) } : { value: 1 };
  const random = { next: () => 0 };
  const ports = { clock: systemClock, random, journal: memoryJournal(), spawn };
  const options = { executionId: 'e1', ports, ...(signal === undefined ? {} : { signal }) };
  return execute(planOf(flow), {}, options);
}

const mapped: FlowSpec = {
  nodes: { s: { kind: 'split' }, a: { after: ['s'] }, all: { kind: 'aggregate', after: ['a'] } },
};

describe('huge regions', () => {
  it('run 20,000 items, and not one more', async () => {
    const fits = await play(mapped, 20_000);
    expect([fits.status, fits.steps.length]).toEqual(['completed', 20_002]);
    const over = await play(mapped, 20_001);
    expect(over.error).toMatchObject({
      code: 'LIMIT_ITEMS',
      message: 'the list of s has 20001 items, and 20000 are allowed',
    });
  });

  it('are refused when they multiply, before they fill the memory', async () => {
    const flow: FlowSpec = {
      nodes: {
        s: { kind: 'split' },
        t: { kind: 'split', after: ['s'] },
        u: { kind: 'split', after: ['t'] },
        a: { after: ['u'] },
      },
    };
    const { status, error } = await play(flow, 1_000);
    expect([status, error?.code]).toEqual(['failed', 'LIMIT_STEPS']);
  });

  it('of nodes that never wait still leave their turn to others', async () => {
    const cancel = new AbortController();
    setImmediate(() => cancel.abort());
    const { status, steps } = await play(mapped, 20_000, cancel.signal);
    expect(status).toBe('cancelled');
    expect(steps.length).toBeLessThan(1_000);
  });
});
