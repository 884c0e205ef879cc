import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpenQuestion, type Question } from './question.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const LIMITS = { timeoutMs: 100_000, memoryBytes: 1, outputBytes: 1 };

/** A question that was handed over, and what it told. */
function asked(timeoutMs = LIMITS.timeoutMs): { open: OpenQuestion; told: string[] } {
  const told: string[] = [];
  const question: Question = {
    job: { kind: 'run', code: '', names: [], seed: 1, nowMs: 1, ...LIMITS, timeoutMs },
    body: '{}',
    signal: new AbortController().signal,
    logs: () => {},
  };
  const open = new OpenQuestion(question, {
    aborted: () => told.push('aborted'),
    overdue: () => told.push('overdue'),
    stalled: () => told.push('stalled'),
    answered: ({ kind }) => told.push(kind),
  });
  open.sent(1);
  return { open, told };
}

describe('a frame that has begun', () => {
  it('may not stand still for ten seconds', () => {
    const { open, told } = asked();
    open.progress(true);
    vi.advanceTimersByTime(9_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(told).toEqual(['stalled']);
  });

  it('may take as long as bytes come, up to the deadline', () => {
    const { open, told } = asked();
    for (let second = 0; second < 100; second += 5) {
      open.progress(true);
      vi.advanceTimersByTime(5_000);
    }
    expect(told).toEqual([]);
    open.progress(true);
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(['overdue']);
  });

  it('is forgiven when it is whole, however long the next one takes to begin', () => {
    const { open, told } = asked();
    open.progress(true);
    open.progress(false);
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });

  it('is not blamed for a server that was too busy to read', () => {
    const { open, told } = asked();
    open.progress(true);
    // The limit passes, and what lay in the pipe is read before anybody judges.
    vi.advanceTimersByTime(9_999);
    setTimeout(() => open.progress(true), 1);
    vi.advanceTimersByTime(1);
    vi.advanceTimersByTime(1);
    expect(told).toEqual([]);
  });
});

describe('a question that is over', () => {
  it('tells nothing more', () => {
    const { open, told } = asked();
    open.progress(true);
    open.settle({ kind: 'aborted' });
    open.settle({ kind: 'overdue' });
    open.progress(true);
    vi.advanceTimersByTime(1_000_000);
    expect(told).toEqual(['aborted']);
  });
});
