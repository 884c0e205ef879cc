import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { tellError } from './error-text.ts';
import { fakeTerminal } from './fake-terminal.ts';

function told(error: AppError): string {
  const terminal = fakeTerminal();
  tellError(terminal, error, { json: false });
  return terminal.written.err;
}

describe('tellError', () => {
  it('says how long to wait where a limit refused', () => {
    const details = { retryAfterMs: 11_431 };
    expect(told(new AppError('RATE_LIMITED', { message: 'too many', details }))).toContain(
      'Wait 12 s, and try again.',
    );
  });

  it('keeps the remedy where no number came', () => {
    const details = { retryAfterMs: 'soon' };
    expect(told(new AppError('RATE_LIMITED', { message: 'too many', details }))).not.toContain(
      'soon',
    );
  });

  it('says how another key is given, and leaves a remedy that says more', () => {
    expect(told(new AppError('UNAUTHENTICATED', { message: 'no' }))).toContain('sluice login');
    const remedy = 'Type it again.';
    expect(told(new AppError('UNAUTHENTICATED', { message: 'no', remedy }))).toContain(remedy);
  });
});
