import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/base/index.ts';
import { execute, memoryJournal, type Visit } from '../../src/engine/index.ts';
import { type FlowSpec, planOf } from './plan-of.ts';
import { virtualClock } from './virtual-clock.ts';

/** Runs a flow and gives what `look` saw in each visit of the node `last`. */
async function seenBy<T>(flow: FlowSpec, look: (visit: Visit) => T): Promise<readonly T[]> {
  const seen: T[] = [];
  const clock = virtualClock();
  const spawn = async (visit: Visit) => {
    if (visit.node.name === 'last') seen.push(look(visit));
    const items: readonly Value[] = ['x', 'y'];
    return visit.node.opens ? { value: items, items } : { value: `${visit.node.name} value` };
  };
  const ports = { clock, random: { next: () => 0 }, journal: memoryJournal(), spawn };
  const result = await clock.runUntil(execute(planOf(flow), {}, { executionId: 'e1', ports }));
  expect(result.status).toBe('completed');
  return seen;
}

describe('the names of a visit', () => {
  it('are those upstream, and none of a node that only happens to have ended', async () => {
    const nodes = { beside: {}, a: {}, b: { after: ['a'] }, last: { after: ['b'] } };
    const seen = await seenBy({ nodes }, ({ names }) => [
      names.all(),
      names.get('beside'),
      names.whyMissing?.('beside'),
    ]);
    expect(seen).toEqual([
      [
        ['a', 'b', 'execution_id', 'inputs', 'node_name', 'workflow_id'],
        undefined,
        'node beside does not lie upstream',
      ],
    ]);
  });

  it('say why a value is missing', async () => {
    const nodes = {
      cond: { routes: ['gone', 'other'] },
      gone: { after: ['cond'] },
      last: { after: ['cond', 'gone'], context: { alias: 'gone', deep: 'cond.nope' } },
    };
    const seen = await seenBy({ nodes }, ({ names }) =>
      ['gone', 'alias', 'deep', 'nobody'].map((name) => [
        names.get(name),
        names.whyMissing?.(name),
      ]),
    );
    expect(seen).toEqual([
      [
        [undefined, 'node gone was skipped'],
        [undefined, 'node gone was skipped'],
        [undefined, 'cond.nope is not there'],
        [undefined, undefined],
      ],
    ]);
  });

  it('of the region hide those of context, and these hide nodes', async () => {
    const nodes: FlowSpec['nodes'] = {
      a: {},
      b: {},
      each: { kind: 'split', after: ['a', 'b'], itemName: 'own' },
      last: { after: ['each'], context: { own: 'a', b: 'a' } },
    };
    const seen = await seenBy({ nodes }, ({ names }) => [names.get('own'), names.get('b')]);
    expect(seen).toEqual([
      ['x', 'a value'],
      ['y', 'a value'],
    ]);
  });

  it('keep inputs for the inputs', async () => {
    const nodes: FlowSpec['nodes'] = { a: {}, last: { after: ['a'], context: { inputs: 'a' } } };
    expect(await seenBy({ nodes }, ({ names }) => names.get('inputs'))).toEqual([{}]);
  });

  it('hold a null as a value like any other', async () => {
    const nodes: FlowSpec['nodes'] = {
      a: {},
      loop: { kind: 'foreach', after: ['a'], members: ['last'], itemName: 'a' },
      last: {},
    };
    const clock = virtualClock();
    const seen: (Value | undefined)[] = [];
    const spawn = async ({ node, names }: Visit) => {
      if (node.name === 'last') seen.push(names.get('a'));
      return node.opens ? { value: [null], items: [null] } : { value: 'outer' };
    };
    const ports = { clock, random: { next: () => 0 }, journal: memoryJournal(), spawn };
    await clock.runUntil(execute(planOf({ nodes }), {}, { executionId: 'e1', ports }));
    expect(seen).toEqual([null]);
  });
});
