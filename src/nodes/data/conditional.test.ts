import { expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { conditionalNode } from './conditional.ts';

/** A condition with its route, built by key: an object literal with `then` looks like a promise. */
const when = (condition: unknown, route: string, isDefault = false) =>
  Object.fromEntries([
    ['condition', condition],
    ['then', route],
    ...(isDefault ? [['is_default', true]] : []),
  ]);

const conditions = [
  when("{{ company.size == 'enterprise' }}", 'deep'),
  when("{{ company.size == 'startup' }}", 'quick'),
  when('default', 'standard'),
];

it.each([
  ['enterprise', 'deep', "{{ company.size == 'enterprise' }}"],
  ['startup', 'quick', "{{ company.size == 'startup' }}"],
  ['smb', 'standard', 'default'],
])('takes the first condition that holds: %s', async (size, route, met) => {
  const trial = { config: { conditions }, names: { company: { size } } };
  expect(await trialVisit(conditionalNode, trial)).toEqual({
    value: { selected_route: route, condition_met: met, evaluated_conditions: 3 },
    port: route,
  });
});

it('takes a default without looking at what follows or at its own condition', async () => {
  const config = {
    conditions: [when('{{ missing }}', 'first', true), when('{{ missing }}', 'second')],
  };
  expect((await trialVisit(conditionalNode, { config })).port).toBe('first');
});

it('takes the fallback when nothing holds', async () => {
  const config = { conditions: [when('{{ 1 > 2 }}', 'a')], fallback: 'b' };
  expect(await trialVisit(conditionalNode, { config })).toEqual({
    value: { selected_route: 'b', condition_met: 'fallback', evaluated_conditions: 1 },
    port: 'b',
  });
});

it('fails with NO_ROUTE when nothing holds and there is no fallback', async () => {
  const config = { conditions: [when('no', 'a')] };
  await expect(trialVisit(conditionalNode, { config })).rejects.toMatchObject({
    code: 'NO_ROUTE',
    message: 'no condition of tried holds',
    retryable: false,
  });
});

it('fails on a condition it cannot judge instead of passing over it', async () => {
  const config = { conditions: [when('{{ missing > 1 }}', 'a')], fallback: 'b' };
  await expect(trialVisit(conditionalNode, { config })).rejects.toMatchObject({
    code: 'TEMPLATE_UNDEFINED',
  });
});

it('does not take data that says default for the default', async () => {
  const config = { conditions: [when('{{ word }}', 'a')] };
  const { value } = await trialVisit(conditionalNode, { config, names: { word: 'default' } });
  expect(value).toMatchObject({ condition_met: '{{ word }}' });
});

it('lists each route once in the order of the text', () => {
  const config = {
    conditions: [...conditions, when(undefined, 'quick', true)],
    fallback: 'x',
  };
  expect(conditionalNode.routes?.(config)).toEqual(['deep', 'quick', 'standard', 'x']);
});

it('refuses conditions that are missing or plain text', () => {
  const config = {
    conditions: [
      when(undefined, 'a'),
      when('company.size > 3', 'b'),
      when(null, 'c'),
      when(undefined, 'd', true),
    ],
  };
  expect(conditionalNode.check?.(config)).toMatchObject([
    { code: 'MISSING_KEY', field: 'conditions[0].condition' },
    { code: 'WRONG_VALUE', field: 'conditions[1].condition' },
    { code: 'MISSING_KEY', field: 'conditions[2].condition' },
  ]);
});

it('refuses conditions behind the default, which are never reached', () => {
  const conditions = [when('default', 'a'), when('{{ b }}', 'b'), when(undefined, 'c', true)];
  expect(conditionalNode.check?.({ conditions })).toMatchObject([
    { code: 'UNREACHABLE_NODE', field: 'conditions[1]' },
    { code: 'UNREACHABLE_NODE', field: 'conditions[2]' },
  ]);
  expect(conditionalNode.check?.({ conditions: conditions.slice(1) })).toEqual([]);
});

it('refuses a route named error, which is where failures leave', () => {
  const config = { conditions: [when('{{ a }}', 'error')], fallback: 'error' };
  expect(conditionalNode.check?.(config)).toMatchObject([
    { code: 'WRONG_VALUE', field: 'conditions[0].then' },
    { code: 'WRONG_VALUE', field: 'fallback' },
  ]);
});
