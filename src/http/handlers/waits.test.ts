import { describe, expect, it } from 'vitest';
import { openWaits, waitMsOf } from './waits.ts';

const NOBODY_GOES = { onGone: () => () => {} };
const aborted = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    if (signal.aborted) resolve('over');
    else signal.addEventListener('abort', () => resolve('over'));
  });

describe('a wait', () => {
  it('gives what it waited for', async () => {
    const done = openWaits().within(60_000, NOBODY_GOES, async () => 'done');
    expect(await done).toBe('done');
  });

  it('is over after its time', async () => {
    expect(await openWaits().within(1, NOBODY_GOES, aborted)).toBe('over');
  });

  it('is over when its asker goes', async () => {
    let go = () => {};
    const asker = {
      onGone: (act: () => void) => {
        go = act;
        return () => {};
      },
    };
    const over = openWaits().within(60_000, asker, aborted);
    go();
    expect(await over).toBe('over');
  });

  it('is over when the server stops, also one that begins later', async () => {
    const waits = openWaits();
    const over = waits.within(60_000, NOBODY_GOES, aborted);
    waits.close();
    expect(await over).toBe('over');
    expect(await waits.within(60_000, NOBODY_GOES, aborted)).toBe('over');
  });

  it('fails as its work fails', async () => {
    const failing = openWaits().within(60_000, NOBODY_GOES, async () => {
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
  });
});

describe('how long to wait', () => {
  it.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['500ms', 500],
    ['5m', 300_000],
    ['0', 0],
    [undefined, undefined],
  ])('%s', (text, ms) => {
    expect(waitMsOf(text)).toBe(ms);
  });

  it.each(['', '6m', '300001ms', '-1s', 'NaN', 'Infinity', '1e3', '0x10', '5 minutes'])(
    'is refused: %j',
    (text) => {
      expect(() => waitMsOf(text)).toThrow(/wait is/);
    },
  );
});
