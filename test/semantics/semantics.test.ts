import { describe, expect, it } from 'vitest';
import type { Value } from '../../src/base/index.ts';
import { CASES, FILES, PAGE } from './cases.ts';
import { type LivedOutcome, livedOutcomeOf, outcomeOf } from './run-flow.ts';

describe('docs/semantics.md', () => {
  for (const { file, test } of CASES) {
    const check = test.pending === undefined ? it : it.fails;
    check(`${test.rule} ${test.says} (${file})`, async () => {
      const { order, ...outcome } = await outcomeOf(test);
      const { status = 'completed', journal, outputs = {}, error = {} } = test;
      expect(outcome).toEqual({ status, journal, outputs, error });
      if (test.order !== undefined) expect(order).toEqual(test.order);
    });
  }

  it('lists every flow, and no other', () => {
    const listed = [...PAGE.matchAll(/`(\d\d-[a-z-]+)`/g)].map(([, name]) => `${name}.yaml`);
    expect(listed.sort()).toEqual(FILES);
  });
});

describe('a flow in segments', () => {
  for (const { file, test } of CASES) {
    it(`tells what it should, leaving memory at every wait (${file})`, async () => {
      const { status = 'completed', journal, outputs = {}, error = {}, told } = test;
      const lived = await livedOutcomeOf(test, () => undefined);
      expect(lived).toMatchObject({ status, outputs, error });
      expect(lived.journal).toEqual(journal);
      expect(lived.rerun).toEqual([]);
      if (told !== undefined) expect(lived.kinds).toEqual(told);
    });

    it(`ends alike when its process dies after any one write (${file})`, async () => {
      const whole = await livedOutcomeOf(test, () => undefined);
      for (let writes = 0; writes <= whole.writes; writes += 1) {
        const once = (segment: number) => (segment === 0 ? writes : undefined);
        expectSameEnd(await livedOutcomeOf(test, once), whole);
      }
      expectSameEnd(await livedOutcomeOf(test, () => 1), whole);
    });
  }
});

/** What was under way in a process that died has no record where the execution ended early. */
function expectSameEnd(lived: LivedOutcome, whole: LivedOutcome): void {
  const { status, outputs, error } = whole;
  expect(lived).toMatchObject({ status, outputs, error });
  expect(endedOf(lived)).toEqual(endedOf(whole));
  expect(lived.rerun).toEqual([]);
}

function endedOf({ journal }: LivedOutcome): readonly (readonly Value[])[] {
  return journal.filter(([, , status]) => status !== 'cancelled');
}
