import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReply } from './reply.ts';

const VALUE = { kind: 'value', retire: false, logs: [] };
const FAILURE = { ...VALUE, kind: 'failure', reason: 'error', message: 'm' };
const READY = { kind: 'ready' };
const LOGS = { kind: 'logs', logs: [{ level: 'info', message: 'x' }] };

/** What is read of a frame; its numbers are those of a last frame of job 1. */
function read(header: unknown, more: { sequence?: number; note?: number; body?: string } = {}) {
  const { sequence = 1, note = 0, body = '' } = more;
  return readReply({ header, headerBytes: 1, sequence, note, body: Buffer.from(body) });
}

describe('what a process sends', () => {
  it('is read when it is of the protocol', () => {
    expect(read(READY, { sequence: 0 })).toEqual({ kind: 'ready' });
    expect(read(VALUE, { body: '1' })).toEqual(VALUE);
    expect(read(LOGS, { note: 1 })).toEqual(LOGS);
    const place = { line: 2, column: 3 };
    const failure = { ...FAILURE, place, stack: 'at', logs: LOGS.logs };
    expect(read(failure)).toEqual(failure);
  });

  it('loses everything that is not of the protocol', () => {
    const logs = [{ level: 'info', message: 'x', more: 1 }];
    const sent = { ...FAILURE, logs, extra: 1, place: { line: 1, column: 1, file: '/etc' } };
    expect(read(sent)).toEqual({ ...FAILURE, logs: LOGS.logs, place: { line: 1, column: 1 } });
    expect(read({ ...FAILURE, place: { line: 0, column: 1 }, stack: 7 })).toEqual(FAILURE);
    expect(read({ ...LOGS, retire: true, value: 1 }, { note: 1 })).toEqual(LOGS);
  });

  it('keeps a bounded part of what an error says', () => {
    const long = 'x'.repeat(100_000);
    const reply = read({ ...FAILURE, message: long, stack: long });
    expect(reply).toEqual({ ...FAILURE, message: 'x'.repeat(6_000), stack: 'x'.repeat(6_000) });
  });

  it.each([
    null,
    'ready',
    [],
    {},
    { kind: 'value' },
    { ...VALUE, retire: 1 },
    { ...VALUE, logs: {} },
    { ...VALUE, logs: [['info', 'x']] },
    { ...VALUE, logs: [{ level: 'fatal', message: 'x' }] },
    { ...VALUE, logs: [{ level: 'constructor', message: 'x' }] },
    { ...FAILURE, reason: '__proto__' },
    { ...FAILURE, message: 1 },
    { ...VALUE, kind: 'values' },
  ])('is refused when it is %j', (sent) => {
    expect(read(sent)).toBeUndefined();
  });

  it.each([
    ['a last frame that promises more', VALUE, { note: 1 }],
    ['lines that are the last frame', LOGS, { note: 0 }],
    ['lines with a body', LOGS, { note: 1, body: 'x' }],
    ['a failure with a body', FAILURE, { body: 'x' }],
    ['being ready for a job', READY, { sequence: 1 }],
    ['being ready with a note', READY, { sequence: 0, note: 1 }],
    ['being ready with a body', READY, { sequence: 0, body: 'x' }],
  ])('is refused when it is %s', (_, header, frame) => {
    expect(read(header, frame)).toBeUndefined();
  });

  it('never breaks the reader', () => {
    fc.assert(fc.property(fc.jsonValue(), (sent) => void read(sent)));
  });
});
