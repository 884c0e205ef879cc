import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Taking } from './rate.ts';
import { openMemoryRates } from './rate-memory.ts';

const MINUTE = 60_000;

function at(start = 0) {
  const time = { now: start };
  return { time, clock: { now: () => time.now } };
}

const by = (subject: string, amount = 5, windowMs = MINUTE): Taking => ({
  name: 'sign-in',
  by: 'address',
  subject,
  limit: { amount, windowMs },
});

describe('a bucket', () => {
  it('gives its last unit to exactly one of 200 who ask at once', async () => {
    const rates = openMemoryRates(at());
    const one = by('a', 200);
    for (let count = 0; count < 199; count += 1) rates.take([one]);
    const verdicts = await Promise.all(Array.from({ length: 200 }, async () => rates.take([one])));
    expect(verdicts.filter((verdict) => verdict?.isAllowed)).toHaveLength(1);
  });

  it('refuses the sixth of five, and says exactly when it takes one again', () => {
    const { time, clock } = at(1_700_000_000_000);
    const rates = openMemoryRates({ clock });
    const remaining = [1, 2, 3, 4, 5].map(() => rates.take([by('a')])?.remaining);
    expect(remaining).toEqual([4, 3, 2, 1, 0]);
    expect(rates.take([by('a')])).toMatchObject({
      isAllowed: false,
      remaining: 0,
      retryAfterMs: 12_000,
      resetMs: MINUTE,
    });
    time.now += 11_999;
    expect(rates.take([by('a')])).toMatchObject({ isAllowed: false, retryAfterMs: 1 });
    time.now += 1;
    expect(rates.take([by('a')])).toMatchObject({ isAllowed: true, remaining: 0, retryAfterMs: 0 });
    time.now += MINUTE;
    expect(rates.take([by('a')])).toMatchObject({ isAllowed: true, remaining: 4, resetMs: 12_000 });
  });

  it('is as full as it was where the clock goes back, and locks nobody out until it is there', () => {
    const { time, clock } = at(60 * MINUTE);
    const rates = openMemoryRates({ clock });
    for (let count = 0; count < 5; count += 1) rates.take([by('a')]);
    time.now = 0;
    expect(rates.take([by('a')])).toMatchObject({ isAllowed: false, retryAfterMs: 12_000 });
    time.now = 11_999;
    expect(rates.take([by('a')])?.isAllowed).toBe(false);
    time.now = 12_000;
    expect(rates.take([by('a')])?.isAllowed).toBe(true);
    expect(rates.take([by('a')])?.isAllowed).toBe(false);
  });

  it('lets no burst through around the edge of a window', () => {
    const { time, clock } = at();
    const rates = openMemoryRates({ clock });
    const burst = () =>
      Array.from({ length: 200 }, () => rates.take([by('a', 100)])).filter((one) => one?.isAllowed)
        .length;
    time.now = 59_900;
    expect(burst()).toBe(100);
    time.now = 60_100;
    expect(burst()).toBe(0);
    time.now = 60_500;
    expect(burst()).toBe(1);
  });

  it('is one for each name, kind and subject', () => {
    const rates = openMemoryRates(at());
    const one = { ...by('a', 1) };
    expect(rates.take([one])?.isAllowed).toBe(true);
    for (const other of [{ subject: 'b' }, { by: 'person' }, { name: 'api' }]) {
      expect(rates.take([{ ...one, ...other }])?.isAllowed).toBe(true);
    }
    expect(rates.take([one])?.isAllowed).toBe(false);
  });

  it('is not confused by subjects that hold what joins them', () => {
    const rates = openMemoryRates(at());
    expect(rates.take([{ ...by('b|c', 1), by: 'a' }])?.isAllowed).toBe(true);
    expect(rates.take([{ ...by('c', 1), by: 'a|b' }])?.isAllowed).toBe(true);
    const long = 'x'.repeat(1_000_000);
    expect(rates.take([by(long, 1)])?.isAllowed).toBe(true);
    expect(rates.take([by(long, 1)])?.isAllowed).toBe(false);
    expect(rates.take([by(`${long}y`, 1)])?.isAllowed).toBe(true);
  });

  it('neither fills nor locks when the clock goes back', () => {
    const { time, clock } = at(10 * MINUTE);
    const rates = openMemoryRates({ clock });
    for (let count = 0; count < 5; count += 1) rates.take([by('a')]);
    time.now = 0;
    expect(rates.take([by('a')])?.isAllowed).toBe(false);
    time.now = MINUTE;
    // Refused requests do not move it, so the old time counts until something is taken.
    expect(rates.take([by('b')])?.isAllowed).toBe(true);
  });

  it('counts millions in a second to the last one', () => {
    const { time, clock } = at(1_700_000_000_000);
    const rates = openMemoryRates({ clock });
    const many = by('a', 1_000_003, 1_000);
    let taken = 0;
    for (let count = 0; count < 1_100_000; count += 1) {
      if (rates.take([many])?.isAllowed) taken += 1;
    }
    expect(taken).toBe(1_000_003);
    time.now += 1;
    expect(rates.take([many])).toMatchObject({ isAllowed: true, remaining: 999 });
  });
});

describe('several buckets', () => {
  it('are taken from all at once or not at all', () => {
    const rates = openMemoryRates(at());
    const [wide, narrow] = [by('wide', 10), by('narrow', 1)];
    expect(rates.take([wide, narrow])).toMatchObject({ isAllowed: true, taking: narrow });
    for (let count = 0; count < 50; count += 1) {
      expect(rates.take([wide, narrow])).toMatchObject({ isAllowed: false, taking: narrow });
    }
    expect(rates.take([wide])).toMatchObject({ isAllowed: true, remaining: 8 });
  });

  it('name the one that refuses for longest', () => {
    const rates = openMemoryRates(at());
    const [short, long] = [by('a', 1, 1_000), by('b', 1, MINUTE)];
    rates.take([short, long]);
    expect(rates.take([short, long])).toMatchObject({ taking: long, retryAfterMs: MINUTE });
  });

  it('are none in an empty list', () => {
    expect(openMemoryRates(at()).take([])).toBe(undefined);
  });
});

describe('memory', () => {
  it('is bounded, whoever asks', () => {
    const rates = openMemoryRates({ ...at(), buckets: 1_000 });
    for (let count = 0; count < 20_000; count += 1) rates.take([by(`192.0.2.${count}`)]);
    expect(rates.size).toBe(1_000);
  });

  it('forgets first what is empty, and keeps who was refused', () => {
    const { time, clock } = at();
    const rates = openMemoryRates({ clock, buckets: 50 });
    const guesser = by('guesser', 1, 60 * MINUTE);
    rates.take([guesser]);
    for (let count = 0; count < 5_000; count += 1) {
      time.now += 1;
      rates.take([by(`other-${count}`, 5, 1_000)]);
    }
    expect(rates.take([guesser])?.isAllowed).toBe(false);
  });
});

it('never gives more than a plain model of a leaking bucket', () => {
  const limits = fc.record({
    amount: fc.integer({ min: 1, max: 50 }),
    windowMs: fc.integer({ min: 1, max: 100_000 }),
  });
  const requests = fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 5_000 }),
      subject: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(limits, requests, (limit, asked) => {
      const { time, clock } = at();
      const rates = openMemoryRates({ clock });
      // In units of one request by whole numbers: levels are multiples of 1 / windowMs.
      const model = new Map<number, { level: bigint; at: number }>();
      const unit = BigInt(limit.windowMs);
      for (const { wait, subject } of asked) {
        time.now += wait;
        const kept = model.get(subject) ?? { level: 0n, at: time.now };
        const left = kept.level - BigInt(time.now - kept.at) * BigInt(limit.amount);
        const level = left < 0n ? 0n : left;
        const isAllowed = level + unit <= BigInt(limit.amount) * unit;
        if (isAllowed) model.set(subject, { level: level + unit, at: time.now });
        const verdict = rates.take([{ ...by(`${subject}`), limit }]);
        expect(verdict?.isAllowed).toBe(isAllowed);
        if (isAllowed || verdict === undefined) continue;
        const over = level + unit - BigInt(limit.amount) * unit;
        const exact = Number((over + BigInt(limit.amount) - 1n) / BigInt(limit.amount));
        expect(verdict.retryAfterMs).toBe(exact);
      }
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
  );
});
