import { describe, expect, it } from 'vitest';
import { endOf, eventMessage, serverSentEvent } from './frame.ts';

const ended = '{"sequence":7,"at":5,"kind":"execution.ended","status":"failed"}';

describe('frames of entries', () => {
  it('keep the text of the entry as it is', () => {
    const entry = { sequence: 7, text: ended };
    expect(serverSentEvent(entry)).toBe(`id: 7\nevent: execution.ended\ndata: ${ended}\n\n`);
    expect(eventMessage('x', entry)).toBe(
      `{"type":"event","executionId":"x","sequence":7,"event":${ended}}`,
    );
  });

  it('find the kind wherever it stands, and never inside another text', () => {
    const text =
      '{"at":5,"step":{"node":"\\"kind\\":\\"execution.ended\\""},"kind":"step.ended","sequence":7}';
    expect(serverSentEvent({ sequence: 7, text })).toContain('event: step.ended\n');
    expect(endOf({ sequence: 7, text })).toBe(undefined);
  });

  it('say how the execution ended', () => {
    expect(endOf({ sequence: 7, text: ended })).toEqual({ status: 'failed' });
    expect(endOf(undefined)).toBe(undefined);
  });

  it.each([
    ['a line break', '{"sequence":7,"at":5,"kind":"step.ended",\n"x":1}'],
    ['a return', '{"sequence":7,"at":5,"kind":"step.ended",\r"x":1}'],
    ['no kind', '{"sequence":7,"at":5}'],
    ['a kind that would be a field of its own', '{"at":5,"kind":"x\\ndata: y"}'],
  ])('are not made of an entry with %s', (_what, text) => {
    expect(() => serverSentEvent({ sequence: 7, text })).toThrow();
  });
});
