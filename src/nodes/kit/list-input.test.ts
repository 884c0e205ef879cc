import { expect, it } from 'vitest';
import { defineNode, listAt, listUpstream, type NodeInput } from './index.ts';
import { trialVisit } from './trial-visit.ts';

const lister = defineNode({
  id: 'lister',
  version: 1,
  title: 'Lister',
  summary: 'Gives the list at a reference.',
  role: 'step',
  effect: 'pure',
  needs: [],
  config: { field: { kind: 'reference', required: true, summary: 'The list.' } },
  output: 'list',
  outputSummary: 'The list.',
  example: '',
  run: (context, config) => ({ value: listAt(context, config.field) }),
});

const input: NodeInput = {
  inRegion: false,
  upstream: undefined,
  dependencies: {},
  items: undefined,
};

it('gives the list that a reference names', async () => {
  const names = { fetch: { rows: [1, 2] } };
  const { value } = await trialVisit(lister, { config: { field: 'fetch.rows' }, names });
  expect(value).toEqual([1, 2]);
});

it('names the list inside a map when the map itself was named', async () => {
  const names = { fetch: { total: 2, rows: [1, 2] } };
  await expect(trialVisit(lister, { config: { field: 'fetch' }, names })).rejects.toMatchObject({
    code: 'NODE_INPUT_INVALID',
    message: 'fetch must be a list, but it is a map',
    remedy: 'Name the list inside the map, such as fetch.rows.',
    retryable: false,
  });
});

it.each([
  [null, 'null'],
  ['a,b', 'text'],
  [7, 'a number'],
  [false, 'a boolean'],
])('refuses %j and says what it is', async (data, kind) => {
  const trial = { config: { field: 'data' }, names: { data } };
  await expect(trialVisit(lister, trial)).rejects.toThrow(`data must be a list, but it is ${kind}`);
});

it('takes the upstream list first, then the first dependency that is one', () => {
  const dependencies = { page: 'text', first: [1], second: [2] };
  expect(listUpstream({ ...input, upstream: [0], dependencies })).toEqual([0]);
  expect(listUpstream({ ...input, dependencies })).toEqual([1]);
  expect(listUpstream({ ...input, upstream: 'text' })).toBeUndefined();
});
