import { expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { splitNode } from './split.ts';

it('gives the list and its items', async () => {
  const trial = { config: { field: 'inputs.ids' }, names: { inputs: { ids: ['A', 'B'] } } };
  expect(await trialVisit(splitNode, trial)).toEqual({ value: ['A', 'B'], items: ['A', 'B'] });
});

it('gives no items for an empty list', async () => {
  const result = await trialVisit(splitNode, { config: { field: 'ids' }, names: { ids: [] } });
  expect(result).toEqual({ value: [], items: [] });
});

it('refuses null and everything else that is no list', async () => {
  for (const ids of [null, 'A,B', { A: 1 }, 3]) {
    const visit = trialVisit(splitNode, { config: { field: 'ids' }, names: { ids } });
    await expect(visit).rejects.toMatchObject({ code: 'NODE_INPUT_INVALID', retryable: false });
  }
});

it('declares its region from the config', () => {
  expect(splitNode.region?.({ field: 'inputs.ids', item_name: 'id' })).toEqual({
    itemName: 'id',
    source: 'inputs.ids',
    members: [],
    parallel: true,
    onError: 'fail',
  });
  expect(splitNode.region?.({ field: 'inputs.ids' })).toMatchObject({ itemName: 'item' });
});

it('refuses an item name that no template could read', () => {
  expect(splitNode.check?.({ field: 'a', item_name: 'my item' })).toHaveLength(1);
  expect(splitNode.check?.({ field: 'a', item_name: 'my_item' })).toEqual([]);
});
