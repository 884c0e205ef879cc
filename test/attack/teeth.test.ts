import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from './attack.ts';
import { type Canary, plantCanary } from './canary.ts';
import { LOOK } from './doors/look.ts';
import { JAVASCRIPT_SETS } from './sets/index.ts';

let canary: Canary;
beforeAll(async () => {
  canary = await plantCanary();
});
afterAll(() => canary.close());

/** Runs the text in node:vm with a host object or two, as products did that fell. */
function inWeakSandbox(text: string): string {
  const code = `(function () { ${LOOK}\n${text}\n})()`;
  const weak = { inputs: {}, context: {}, console: { log: () => undefined } };
  try {
    return String(runInNewContext(code, weak, { timeout: 500 }));
  } catch (error) {
    return String(error instanceof Error ? error.message : error);
  }
}

describe('the attacks themselves', () => {
  it('get out of a sandbox that is none, and the judge sees it', () => {
    const set = JAVASCRIPT_SETS.find(({ name }) => name === 'javascript/constructors');
    const got = (set?.payloads() ?? []).filter((payload) => {
      return canary.judge(inWeakSandbox(textOf(payload))) !== undefined;
    });
    expect(got.map(textOf)).toContain(
      'return look(inputs.constructor.constructor("return this")())',
    );
    expect(got.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['the secret', () => `it is ${process.env.SLUICE_CANARY}`],
    ['a file of accounts', () => 'root:x:0:0:root'],
    ['the word of a command', () => 'uid=0(root)'],
  ])('are judged to be through when they tell %s', (_what, told) => {
    expect(canary.judge(told())).toBeDefined();
  });
});
