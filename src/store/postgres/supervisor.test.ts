import { expect, test } from 'vitest';
import type { Postmaster } from './postmaster.ts';
import { Supervisor } from './supervisor.ts';

interface Fake extends Postmaster {
  die(): void;
  readonly isOver: boolean;
}

function fake(pid: number): Fake {
  let isOver = false;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = () => {
      isOver = true;
      resolve();
    };
  });
  return {
    pid,
    ended,
    die: end,
    stop: async () => end(),
    get isOver() {
      return isOver;
    },
  };
}

const quiet = { debug: () => {}, info: () => {}, warn: () => {} };

test('starts PostgreSQL again each time it ends, also after starts that fail', async () => {
  const made = [fake(0)];
  let reached = () => {};
  const third = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let starts = 0;
  const start = async () => {
    starts += 1;
    if (starts % 2 === 1) throw new Error('not yet');
    const next = fake(starts);
    made.push(next);
    if (made.length === 3) reached();
    else queueMicrotask(() => next.die());
    return next;
  };
  const supervisor = new Supervisor({ postmaster: made[0] ?? fake(0), start, log: quiet });
  made[0]?.die();
  await third;
  expect(starts).toBe(4);
  await supervisor.stop();
  expect(made.every(({ isOver }) => isOver)).toBe(true);
});

test('leaves nothing running when it is stopped in the middle of a restart', async () => {
  const [first, second] = [fake(1), fake(2)];
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let finish = () => {};
  const start = () => {
    begin();
    return new Promise<Postmaster>((resolve) => {
      finish = () => resolve(second);
    });
  };
  const supervisor = new Supervisor({ postmaster: first, start, log: quiet });
  first.die();
  await begun;
  const stopped = supervisor.stop();
  finish();
  await stopped;
  expect(second.isOver).toBe(true);
});

test('does not start again what it was told to stop', async () => {
  const only = fake(1);
  const start = () => Promise.reject(new Error('must not be called'));
  const told: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (message: string) => told.push(message) };
  const supervisor = new Supervisor({ postmaster: only, start, log });
  await supervisor.stop();
  expect(told).toEqual([]);
});
