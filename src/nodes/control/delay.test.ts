import { expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { delayNode } from './delay.ts';

/** What a trial visit reads from its clock. */
const NOW = 1_700_000_000_000;

it('passes on the value it was given, at once, and says when it may be seen', async () => {
  const trial = { config: { duration: 1_000 }, upstream: { a: 1 } };
  expect(await trialVisit(delayNode, trial)).toEqual({ value: { a: 1 }, notBefore: NOW + 1_000 });
});

it('gives null where no one node came before', async () => {
  const trial = { config: { duration: 0 }, dependencies: { a: 1, b: 2 } };
  expect(await trialVisit(delayNode, trial)).toEqual({ value: null, notBefore: NOW });
});

it('ends at once when the visit was cancelled', async () => {
  const signal = AbortSignal.abort(new Error('cancelled'));
  const visit = trialVisit(delayNode, { config: { duration: 86_400_000 }, signal });
  await expect(visit).rejects.toThrow('cancelled');
});

it('declares a bound of a day', () => {
  expect(delayNode.config.duration).toMatchObject({ min: 0, max: 86_400_000 });
});
