import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { retryDelay } from './retry.ts';

const failed = new AppError('HTTP_FAILED', { message: 'no answer' });
const random = { next: () => 0 };
const policy = { attempts: 20, backoffMs: 1_000 };

describe('retryDelay', () => {
  it('doubles with each attempt and stays under five minutes', () => {
    const high = { next: () => 1 - Number.EPSILON };
    const delay = (attempt: number) => retryDelay({ policy, attempt, error: failed, random: high });
    expect([1, 2, 3, 9, 19].map(delay)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000]);
  });

  it('never waits less than half', () => {
    expect(retryDelay({ policy, attempt: 3, error: failed, random })).toBe(2_000);
  });

  it('gives up after the last attempt', () => {
    const twice = { attempts: 2, backoffMs: 0 };
    expect(retryDelay({ policy: twice, attempt: 1, error: failed, random })).toBe(0);
    expect(retryDelay({ policy: twice, attempt: 2, error: failed, random })).toBeUndefined();
  });

  it('never goes beyond twenty attempts', () => {
    const many = { attempts: 1_000_000, backoffMs: 0 };
    expect(retryDelay({ policy: many, attempt: 20, error: failed, random })).toBeUndefined();
  });

  it.each(['TEMPLATE_UNDEFINED', 'NODE_INPUT_INVALID', 'NO_ROUTE', 'WRONG_VALUE'] as const)(
    'does not repeat %s, which would come again',
    (code) => {
      const error = new AppError(code, { message: 'the same each time' });
      expect(retryDelay({ policy, attempt: 1, error, random })).toBeUndefined();
    },
  );

  it('does not repeat what says of itself that it is final', () => {
    const error = new AppError('HTTP_FAILED', { message: 'gone', retryable: false });
    expect(retryDelay({ policy, attempt: 1, error, random })).toBeUndefined();
  });
});
