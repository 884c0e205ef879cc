import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CodeDoor, openCodeDoor } from './doors/code-door.ts';
import { buildReal } from './programs.ts';

const MEBIBYTE = 1024 * 1024;

let door: CodeDoor;
beforeAll(async () => {
  door = await openCodeDoor(buildReal);
}, 60_000);
afterAll(() => door.close());

function javascript(code: string, payer: string, timeoutMs = 20_000): Promise<unknown> {
  const signal = new AbortController().signal;
  const request = { names: {}, memoryBytes: 64 * MEBIBYTE, seed: 1, nowMs: 0, signal, timeoutMs };
  return door.sandbox.javascript({ ...request, code, report: () => {} }, payer);
}

/**
 * A map costs the server some 250 bytes and three microseconds in which it does nothing else: three
 * bytes of JSON. Ten megabytes of them hold the server up for seconds; three such results end it.
 */
describe('what a result may cost the server', () => {
  it('a result of three hundred thousand maps is refused', async () => {
    const call = javascript('return Array(300).fill(Array(1000).fill({}))', 'mallory');

    await expect(call).rejects.toMatchObject({ code: 'CODE_OUTPUT' });
  });

  it('a result of twenty thousand chains of lists is refused before it is parsed', async () => {
    const code = 'let v = []; for (let i = 0; i < 40; i++) v = [v]; return Array(20000).fill(v)';

    await expect(javascript(code, 'mallory')).rejects.toMatchObject({ code: 'CODE_OUTPUT' });
  });
});

describe('what one account may take of the workers', () => {
  it('another account is served while one has more calls than there are workers', async () => {
    const ended: string[] = [];
    const note = (who: string) => () => ended.push(who);
    const greedy = [1, 2, 3].map(() =>
      javascript('for (;;);', 'mallory', 2_000).catch(note('mallory')),
    );
    const other = javascript('return 1', 'alice').then(note('alice'));
    await Promise.all([...greedy, other]);

    expect(ended[0]).toBe('alice');
  });
});
