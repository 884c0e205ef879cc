import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptEvent } from '../../src/contract/index.ts';
import { MEGABYTE, NO_JAIL, type TestPool, type Trial, testPool } from './run-code.ts';

let js: TestPool;
beforeAll(async () => {
  js = await testPool({ machine: NO_JAIL });
});
afterAll(() => js.close());

/** All events that a call told, whatever it ended with. */
async function eventsOf(code: string, trial: Trial = {}): Promise<readonly ScriptEvent[]> {
  const events: ScriptEvent[] = [];
  const report = (event: ScriptEvent) => events.push(event);
  await js.run(code, { ...trial, report }).catch(() => {});
  return events;
}

const LOOP = 'for (;;);';
const SHA256_OF_RETURN_1 = '486d9affb60dbb0063b03d8e23a6ccf6364ce203dc3a9f56f20e750eb41ecade';

describe('the event of a call', () => {
  it('tells what ran, how it ended and how it was held, and nothing of the code', async () => {
    const [event, ...more] = await eventsOf('return 1');
    expect(more).toEqual([]);
    expect(event).toEqual({
      kind: 'script',
      language: 'javascript',
      codeHash: SHA256_OF_RETURN_1,
      outcome: 'completed',
      durationMs: expect.any(Number),
      jail: 'process',
    });
    expect(event?.durationMs).toBeGreaterThan(0);
  });

  it.each([
    ['let a = ;', 'CODE_SYNTAX', undefined, {}],
    ['throw 1', 'CODE_ERROR', undefined, {}],
    ['return NaN', 'CODE_OUTPUT', undefined, {}],
    ['return "x".repeat(11 * 1024 * 1024)', 'CODE_OUTPUT', 'output', {}],
    [LOOP, 'CODE_TIMEOUT', 'time', { timeoutMs: 50 }],
    [
      'const a = []; for (;;) a.push("x".repeat(1e6) + a.length)',
      'CODE_MEMORY',
      'memory',
      { memoryBytes: 32 * MEGABYTE },
    ],
    [`return 1;${' '.repeat(256 * 1024)}`, 'CODE_INPUT', 'input', {}],
    ['for (let i = 0; i < 1e4; i++) console.log(i)', 'completed', 'log', {}],
    ['for (let i = 0; i < 1e4; i++) console.log(i); throw 1', 'CODE_ERROR', 'log', {}],
  ])('of %.60j has the outcome %s and the limit %s', async (code, outcome, limit, trial) => {
    const events = await eventsOf(code, trial);
    expect(events).toHaveLength(1);
    expect(events[0]?.outcome).toBe(outcome);
    expect(events[0]?.limit).toBe(limit);
  });

  it('is told once for calls that are taken back, before, while waiting and while running', async () => {
    expect(await eventsOf('return 1', { signal: AbortSignal.abort() })).toMatchObject([
      { outcome: 'EXECUTION_CANCELLED', durationMs: 0 },
    ]);
    const running = new AbortController();
    const waiting = new AbortController();
    const log = () => {};
    const first = eventsOf(LOOP, { signal: running.signal, timeoutMs: 60_000, log });
    const second = eventsOf('return 1', { signal: waiting.signal });
    waiting.abort();
    expect(await second).toMatchObject([{ outcome: 'EXECUTION_CANCELLED', durationMs: 0 }]);
    running.abort();
    expect(await first).toMatchObject([{ outcome: 'EXECUTION_CANCELLED' }]);
  });

  it('is told in the same turn in which the call is taken back', async () => {
    const abort = new AbortController();
    const events: ScriptEvent[] = [];
    const report = (event: ScriptEvent) => events.push(event);
    const call = js.run(LOOP, { signal: abort.signal, timeoutMs: 60_000, report }).catch(() => {});
    await new Promise(setImmediate);
    let isNextTurn = false;
    setImmediate(() => {
      isNextTurn = true;
    });
    abort.abort();
    await call;
    expect(events).toHaveLength(1);
    expect(isNextTurn).toBe(false);
  });
});
