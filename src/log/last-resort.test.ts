import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../test/support/server.ts';
import { openLastResort } from './last-resort.ts';

function world() {
  const { log, logged } = memoryLog();
  const heard: ((error: unknown) => void)[] = [];
  const signal = openLastResort({ log, listen: (hear) => heard.push(hear), exit: () => undefined });
  return { signal, logged, fail: (error: unknown) => heard[0]?.(error) };
}

describe('an error that nobody caught', () => {
  it('is logged and asks everything to end, with a reason that says nothing of it', () => {
    const { signal, logged, fail } = world();
    expect(signal.aborted).toBe(false);
    fail(new Error('select 1 from people'));
    expect(signal.reason).toMatchObject({ code: 'INTERNAL' });
    expect(String(signal.reason)).not.toContain('people');
    expect(logged).toMatchObject([{ level: 'error', fields: { error: expect.any(Error) } }]);
  });

  it('may be no error at all, and may come without end', () => {
    const { signal, logged, fail } = world();
    for (const thrown of [undefined, null, 'text', Symbol('x'), Object.create(null)]) fail(thrown);
    expect(signal.aborted).toBe(true);
    for (let count = 0; count < 1_000; count += 1) fail(new Error('again'));
    expect(logged).toHaveLength(20);
  });
});
