import { describe, expect, it, vi } from 'vitest';
import type { ExecutionEvent, StepRecord } from '../contract/index.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { ProgressTable } from './progress.ts';
import { progressView } from './progress-view.ts';

let sequence = 0;

function ended(node: string, path: string, more: Partial<StepRecord> = {}): ExecutionEvent {
  sequence += 1;
  const step: StepRecord = {
    node,
    path,
    status: 'completed',
    attempts: 1,
    startedAt: 1_000,
    endedAt: 1_500,
    ...more,
  };
  return { sequence, at: step.endedAt, kind: 'step.ended', step };
}

function started(node: string, path: string): ExecutionEvent {
  sequence += 1;
  return { sequence, at: 1_000, kind: 'step.started', node, path, attempt: 1 };
}

describe('ProgressTable', () => {
  it('adds the visits of a node up', () => {
    const table = new ProgressTable();
    table.take(started('fetch', '0'));
    table.take(started('fetch', '1'));
    table.take(ended('fetch', '0'));
    table.take(ended('fetch', '2', { status: 'skipped', attempts: 0 }));
    expect(table.row('fetch')).toMatchObject({
      inRegion: true,
      running: 1,
      ended: { completed: 1, skipped: 1, failed: 0, cancelled: 0 },
    });
  });
});

describe('the plain view', () => {
  it('tells a thousand items of a region in one line, before the node after them', () => {
    const terminal = fakeTerminal();
    const view = progressView(terminal, ['each', 'work', 'all'], () => 2_000);
    view.take(ended('each', ''));
    for (let item = 0; item < 1_000; item += 1) view.take(ended('work', String(item)));
    view.take(ended('all', ''));
    view.end();
    expect(terminal.written.out.split('\n')).toEqual([
      '  done      each      500 ms',
      '  done      work      1000×  500 ms',
      '  done      all       500 ms',
      '',
    ]);
  });

  it('shows failures, skips and retries', () => {
    const terminal = fakeTerminal();
    const view = progressView(terminal, ['a', 'b'], () => 2_000);
    const error = { code: 'HTTP_STATUS' as const, message: 'm', remedy: 'r' };
    const retry = { node: 'a', path: '3', attempt: 1, delayMs: 5, error };
    view.take({ sequence: 1, at: 1, kind: 'step.retrying', ...retry });
    view.take(ended('a', '', { status: 'failed', attempts: 2 }));
    view.take(ended('b', '', { status: 'skipped', attempts: 0 }));
    view.end();
    expect(terminal.written.out.split('\n')).toEqual([
      '  retry     a[3]: attempt 1 failed (HTTP_STATUS)',
      '  failed    a         500 ms  2 attempts',
      '  skipped   b         ',
      '',
    ]);
  });
});

describe('an execution that leaves memory', () => {
  const wait = { node: 'a', path: '', attempts: 1, startedAt: 1_000, until: 9_000, value: null };
  const waits: ExecutionEvent = { sequence: 1, at: 1_000, kind: 'step.waiting', wait };
  const resumed = (reason: 'wake' | 'takeover'): ExecutionEvent => {
    return { sequence: 1, at: 1_000, kind: 'execution.resumed', reason };
  };

  it('shows a visit as waiting until it ends, also over a change of process', () => {
    const table = new ProgressTable();
    table.take(started('a', ''));
    table.take(waits);
    expect(table.row('a')).toMatchObject({ running: 0, waiting: 1 });
    table.take(resumed('wake'));
    expect(table.row('a')).toMatchObject({ running: 0, waiting: 1 });
    table.take(ended('a', ''));
    expect(table.row('a')).toMatchObject({ running: 0, waiting: 0, ended: { completed: 1 } });
  });

  it('counts what starts again after a takeover once', () => {
    const table = new ProgressTable();
    table.take(started('a', ''));
    table.take(resumed('takeover'));
    table.take(started('a', ''));
    table.take(ended('a', ''));
    expect(table.row('a')).toMatchObject({ running: 0, ended: { completed: 1 } });
  });

  it('says so in a pipe, with no control character of a name', () => {
    const terminal = fakeTerminal();
    const view = progressView(terminal, [], () => 2_000);
    view.take({ ...waits, wait: { ...wait, node: 'a\u001b[2J' } } as ExecutionEvent);
    view.take(resumed('takeover'));
    view.end();
    expect(terminal.written.out).toMatch(/^ {2}waiting {3}a\\u001b\[2J: until \d\d:\d\d:\d\d\n/);
    expect(terminal.written.out).toContain('  taken over by another process\n');
  });

  it('shows a waiting row on a screen', () => {
    const terminal = fakeTerminal({ isScreen: true });
    const view = progressView(terminal, ['a'], () => 4_000);
    view.take(started('a', ''));
    view.take(waits);
    view.end();
    expect(terminal.written.out).toBe('  ◷ a         3 s\n');
  });
});

describe('the live view', () => {
  it('draws no live line wider than the screen, and the last one in full', () => {
    vi.useFakeTimers();
    try {
      const terminal = fakeTerminal({ isScreen: true, columns: 40 });
      const view = progressView(terminal, ['a_name_of_more_than_twelve'], () => 2_000);
      view.take(ended('a_name_of_more_than_twelve', '0', { attempts: 3 }));
      view.take(ended('a_name_of_more_than_twelve', '1', { status: 'skipped', attempts: 0 }));
      vi.advanceTimersByTime(80);
      expect(terminal.written.out).toBe('  ✓ a_name_of_m…  1×, 1 skipped  500 ms…\n');
      view.end();
      const last = terminal.written.out.split('\u001b[1A\u001b[J')[1];
      expect(last).toBe('  ✓ a_name_of_m…  1×, 1 skipped  500 ms  3 attempts\n');
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([80, 0])('ends with every row drawn once, in order, on %i columns', (columns) => {
    const terminal = fakeTerminal({ isScreen: true, columns });
    const view = progressView(terminal, ['a'], () => 2_000);
    view.take(ended('a', ''));
    view.end();
    expect(terminal.written.out).toBe('  ✓ a         500 ms\n');
  });
});
