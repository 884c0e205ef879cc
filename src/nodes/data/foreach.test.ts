import { expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { foreachNode } from './foreach.ts';

it('gives the items of its list', async () => {
  const trial = {
    config: { array_field: 'inputs.users', subgraph_nodes: ['grade'] },
    names: { inputs: { users: [{ id: 1 }, { id: 2 }] } },
  };
  const { items } = await trialVisit(foreachNode, trial);
  expect(items).toEqual([{ id: 1 }, { id: 2 }]);
});

it('refuses what is no list', async () => {
  const config = { array_field: 'user', subgraph_nodes: ['grade'] };
  await expect(
    trialVisit(foreachNode, { config, names: { user: { id: 1 } } }),
  ).rejects.toMatchObject({ code: 'NODE_INPUT_INVALID' });
});

it('declares its region with and without the optional keys', () => {
  const least = { array_field: 'inputs.users', subgraph_nodes: ['a', 'b'] };
  expect(foreachNode.region?.(least)).toEqual({
    itemName: 'item',
    source: 'inputs.users',
    members: ['a', 'b'],
    parallel: true,
    onError: 'fail',
  });
  const most = {
    ...least,
    item_name: 'user',
    parallel: false,
    concurrency: 4,
    collect_output: 'a.score',
    on_error: 'continue',
  };
  expect(foreachNode.region?.(most)).toEqual({
    itemName: 'user',
    source: 'inputs.users',
    members: ['a', 'b'],
    parallel: false,
    concurrency: 4,
    collect: 'a.score',
    onError: 'continue',
  });
});

it('refuses a node that is named twice', () => {
  expect(foreachNode.check?.({ subgraph_nodes: ['a', 'b', 'a'] })).toMatchObject([
    { code: 'WRONG_VALUE', field: 'subgraph_nodes[2]' },
  ]);
  expect(foreachNode.check?.({ subgraph_nodes: ['a', 'b'] })).toEqual([]);
});
