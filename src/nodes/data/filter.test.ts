import { describe, expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { filterNode } from './filter.ts';

const people = [
  { name: 'Ada', age: 36 },
  { name: 'Tim', age: 9 },
];
const config = { condition: '{{ item.age >= 18 }}' };

describe('in a list', () => {
  it('keeps the items of field for which the condition holds', async () => {
    const trial = { config: { ...config, field: 'inputs.people' }, names: { inputs: { people } } };
    expect(await trialVisit(filterNode, trial)).toEqual({ value: [people[0]] });
  });

  it('takes the upstream list, or the first dependency that is a list', async () => {
    const upstream = { config, upstream: people, dependencies: { people } };
    expect((await trialVisit(filterNode, upstream)).value).toEqual([people[0]]);
    const several = { config, dependencies: { page: { rows: 2 }, people, more: [] } };
    expect((await trialVisit(filterNode, several)).value).toEqual([people[0]]);
  });

  it('sees other names beside item', async () => {
    const trial = {
      config: { condition: '{{ item.age < limit }}' },
      names: { limit: 10 },
      upstream: people,
    };
    expect((await trialVisit(filterNode, trial)).value).toEqual([people[1]]);
  });

  it('keeps an empty list empty', async () => {
    expect((await trialVisit(filterNode, { config, upstream: [] })).value).toEqual([]);
  });

  it('fails on an item the condition cannot judge, naming its index', async () => {
    const trial = { config, upstream: [...people, { name: 'Eve' }] };
    await expect(trialVisit(filterNode, trial)).rejects.toMatchObject({
      code: 'TEMPLATE_UNDEFINED',
      message: expect.stringMatching(/^item 2: /),
      details: { item: 2 },
    });
  });

  it('asks for field where nothing upstream is a list', async () => {
    await expect(trialVisit(filterNode, { config })).rejects.toMatchObject({
      code: 'NODE_INPUT_INVALID',
      remedy: 'Name the list with field, such as field: inputs.companies.',
    });
    const page = { total: 0, rows: [] };
    const trial = { config, upstream: page, dependencies: { page } };
    await expect(trialVisit(filterNode, trial)).rejects.toMatchObject({
      remedy: 'Name the list with field: page.rows.',
    });
  });
});

describe('in a region', () => {
  it('passes the item on or drops it', async () => {
    const [ada, tim] = people;
    const kept = { config, inRegion: true, upstream: ada, names: { item: ada } };
    expect(await trialVisit(filterNode, kept)).toEqual({ value: ada });
    const dropped = { config, inRegion: true, upstream: tim, names: { item: tim } };
    expect(await trialVisit(filterNode, dropped)).toEqual({ value: tim, drop: true });
  });

  it('filters the list that field names instead', async () => {
    const names = { team: { people }, item: { people } };
    const trial = { config: { ...config, field: 'team.people' }, inRegion: true, names };
    expect(await trialVisit(filterNode, trial)).toEqual({ value: [people[0]] });
  });
});

describe('hostile input', () => {
  it('never renders data as a template', async () => {
    const trial = { config: { condition: '{{ item }}' }, upstream: ['{{ 0 }}', '{% if %}', 'no'] };
    expect((await trialVisit(filterNode, trial)).value).toEqual(['{{ 0 }}', '{% if %}']);
  });

  it('stops when the visit was cancelled', async () => {
    const trial = { config, upstream: people, signal: AbortSignal.abort(new Error('cancelled')) };
    await expect(trialVisit(filterNode, trial)).rejects.toThrow('cancelled');
  });

  it('refuses a condition that is plain text', () => {
    expect(filterNode.check?.({ condition: 'item.age >= 18' })).toHaveLength(1);
    expect(filterNode.check?.({ condition: 'default' })).toHaveLength(1);
    expect(filterNode.check?.(config)).toEqual([]);
  });
});
