import { describe, expect, it } from 'vitest';
import { type AccountId, DISPATCH_LIMITS, type ExecutionId } from '../../base/index.ts';
import type { JournalEntry } from '../../store/index.ts';
import { Channel } from './channel.ts';

function entries(first: number, last: number, text = ''): readonly JournalEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    sequence: first + index,
    text,
  }));
}

function channelOver(stored: readonly JournalEntry[]) {
  const reads: number[] = [];
  const channel = new Channel('a' as AccountId, 'e' as ExecutionId, async (after) => {
    reads.push(after);
    return stored.filter(({ sequence }) => sequence > after);
  });
  const read = async (at: number) => (await channel.after(at)).map(({ sequence }) => sequence);
  return { channel, reads, read };
}

describe('a channel', () => {
  it('gives what became durable here without reading it', async () => {
    const { channel, reads, read } = channelOver([]);
    channel.publish(entries(4, 6), false);
    expect(await read(3)).toEqual([4, 5, 6]);
    expect(await read(5)).toEqual([6]);
    expect(reads).toEqual([]);
  });

  it('reads what was before, once for all who ask at the same time', async () => {
    const { channel, reads, read } = channelOver(entries(1, 6));
    channel.publish(entries(4, 6), false);
    expect(await Promise.all([read(0), read(0), read(0)])).toContainEqual([1, 2, 3, 4, 5, 6]);
    expect(reads).toEqual([0]);
  });

  it('reads what another process wrote after the execution had run here', async () => {
    const { channel, reads, read } = channelOver(entries(1, 5));
    channel.publish(entries(1, 3), false);
    channel.advance(5, true);
    expect(await read(3)).toEqual([4, 5]);
    expect(reads).toEqual([3]);
    expect(channel.isOver).toBe(true);
  });

  it('forgets what it has when the execution comes back further on', async () => {
    const { channel, reads, read } = channelOver(entries(1, 7));
    channel.publish(entries(1, 3), false);
    channel.publish(entries(6, 7), false);
    expect(await read(5)).toEqual([6, 7]);
    expect(await read(3)).toEqual([4, 5, 6, 7]);
    expect(reads).toEqual([3]);
  });

  it('keeps a bounded number of entries, and of bytes', async () => {
    const { recentEntries, recentBytes } = DISPATCH_LIMITS;
    const many = channelOver(entries(1, recentEntries + 1));
    many.channel.publish(entries(1, recentEntries + 1), false);
    expect((await many.read(1)).length).toBe(recentEntries);
    await many.read(0);
    expect(many.reads).toEqual([0]);
    const large = channelOver(entries(1, 3));
    large.channel.publish(entries(1, 3, 'x'.repeat(recentBytes / 2)), false);
    await large.read(1);
    await large.read(0);
    expect(large.reads).toEqual([0]);
  });

  it('wakes those who wait when something is learned, and on their signal', async () => {
    const { channel } = channelOver([]);
    const over = new AbortController();
    const woken = channel.changed(over.signal);
    const [one, two] = [channel.changed(new AbortController().signal), woken];
    over.abort();
    await two;
    channel.advance(1, false);
    await one;
    expect(channel.last).toBe(1);
  });
});
