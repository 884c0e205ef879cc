import { expect, it } from 'vitest';
import { readLogs } from './logs.ts';

it('gives the lines as they are', () => {
  expect(readLogs('[0,[["info","a"],["error",""]]]')).toEqual([
    { level: 'info', message: 'a' },
    { level: 'error', message: '' },
  ]);
});

it('counts what was dropped inside and what is over 64 KiB of UTF-8', () => {
  const long = 'é'.repeat(20_000);
  const text = JSON.stringify([
    2,
    [
      ['info', long],
      ['info', long],
      ['warn', 'x'],
    ],
  ]);
  const lines = readLogs(text);
  expect(lines.map(({ message }) => message.length)).toEqual([20_000, 12_767, 22]);
  expect(lines.at(-1)).toEqual({ level: 'warn', message: '… 3 more lines dropped' });
});

it('cuts between characters', () => {
  const [line] = readLogs(JSON.stringify([0, [['info', `x${'é'.repeat(40_000)}`]]]));
  expect(line?.message).toBe(`x${'é'.repeat(32_767)}`);
});
