import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply } from './reply.ts';

const VALUE = { kind: 'value', sequence: 1, retire: false, logs: [] };
const FAILURE = { ...VALUE, kind: 'failure', reason: 'error', message: 'm' };

describe('what a process sends', () => {
  it('is read when it is of the protocol', () => {
    expect(readReply({ kind: 'ready' })).toEqual({ kind: 'ready' });
    expect(readReply(VALUE)).toEqual(VALUE);
    const place = { line: 2, column: 3 };
    const logs = [{ level: 'info', message: 'x' }];
    const failure = { ...FAILURE, place, stack: 'at', logs };
    expect(readReply(failure)).toEqual(failure);
  });

  it('loses everything that is not of the protocol', () => {
    const logs = [{ level: 'info', message: 'x', more: 1 }];
    const sent = { ...FAILURE, logs, extra: 1, place: { line: 1, column: 1, file: '/etc' } };
    expect(readReply(sent)).toEqual({
      ...FAILURE,
      logs: [{ level: 'info', message: 'x' }],
      place: { line: 1, column: 1 },
    });
    const odd = { ...FAILURE, place: { line: 0, column: 1 }, stack: 7 };
    expect(readReply(odd)).toEqual(FAILURE);
  });

  it.each([
    null,
    'ready',
    [],
    {},
    { kind: 'value' },
    { ...VALUE, sequence: '1' },
    { ...VALUE, retire: 1 },
    { ...VALUE, logs: {} },
    { ...VALUE, logs: [['info', 'x']] },
    { ...VALUE, logs: [{ level: 'fatal', message: 'x' }] },
    { ...VALUE, logs: [{ level: 'constructor', message: 'x' }] },
    { ...FAILURE, reason: '__proto__' },
    { ...FAILURE, message: 1 },
    { ...VALUE, kind: 'values' },
  ])('is refused when it is %j', (sent) => {
    expect(readReply(sent)).toBeUndefined();
  });

  it('never breaks the reader', () => {
    fc.assert(fc.property(fc.jsonValue(), (sent) => void readReply(sent)));
  });
});
