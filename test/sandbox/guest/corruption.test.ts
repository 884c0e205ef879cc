import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPORTS, IMPORTS } from '../../../src/sandbox/guest/binary.ts';
import { Instance } from '../../../src/sandbox/guest/instance.ts';
import { Interpreter, startInterpreter } from '../../../src/sandbox/guest/interpreter.ts';
import { Snapshot } from '../../../src/sandbox/guest/snapshot.ts';
import { interpreterFile, openRoom, resultOf, run } from './open-room.ts';

const fresh = openRoom().memory;
const SIZE = fresh.length;
const GOOD = 'return [1, 2, 3].map((one) => one * 2)';

/** As a fallen interpreter could: any bytes at any place. */
const writes = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(90_000), fc.integer({ min: 5_300_000, max: 5_800_000 }), fc.nat(SIZE - 1)),
    data: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  }),
  { minLength: 1, maxLength: 12 },
);

function spoil(memory: Uint8Array, list: readonly { at: number; data: Uint8Array }[]): void {
  for (const { at, data } of list) memory.set(data.subarray(0, memory.length - at), at);
}

describe('memory that code has corrupted', () => {
  it('is as new for the next call, whichever bytes were written', () => {
    const room = openRoom();
    fc.assert(
      fc.property(writes, (list) => {
        spoil(room.memory, list);
        room.clean();
        return Buffer.compare(room.memory, fresh) === 0;
      }),
      { numRuns: 300 },
    );
    expect(resultOf(room, GOOD)).toEqual([2, 4, 6]);
  });

  it('is as new where all of it was written, where it says how much is used', () => {
    const room = openRoom();
    room.memory.fill(0xff);
    room.clean();
    expect(Buffer.compare(room.memory, fresh)).toBe(0);
    expect(resultOf(room, GOOD)).toEqual([2, 4, 6]);
  });

  it('harms only the call itself, also when it is written while the code runs', () => {
    fc.assert(
      fc.property(writes, (list) => {
        let isSpoilt = false;
        const room = openRoom({
          watch: () => {
            if (!isSpoilt) spoil(room.memory, list);
            isSpoilt = true;
          },
        });
        const code = `let x = {}; for (let i = 0; i < 2e5; i += 1) x = { i, x: [i, 'y' + i] }; return x`;
        run(room, code, { timeoutMs: 500 });
        expect(isSpoilt).toBe(true);
        room.clean();
        expect(Buffer.compare(room.memory, fresh)).toBe(0);
        expect(resultOf(room, GOOD)).toEqual([2, 4, 6]);
      }),
      // Always the same ones: a spoilt interpreter may also never come back.
      { numRuns: 25, seed: 4 },
    );
  });
});

/** A new instance with QuickJS started in it, and a snapshot of that. */
function started() {
  const instance = new Instance(new WebAssembly.Module(interpreterFile()), 32 * 1024 * 1024);
  const addresses = startInterpreter(instance);
  return {
    instance,
    snapshot: new Snapshot(instance),
    interpreter: new Interpreter(instance, addresses),
  };
}

describe('an instance that cannot be as it was', () => {
  it('is restored where a call only used memory', () => {
    const { instance, snapshot, interpreter } = started();
    interpreter.evaluate('[1, 2, 3].map((one) => [one])', 'a');
    expect(snapshot.restore(instance)).toBe(true);
  });

  it('is not where its stack does not end where it did', () => {
    const { instance, snapshot, interpreter } = started();
    instance.isInterrupted = () => {
      throw new Error('through all frames');
    };
    expect(() => interpreter.evaluate('for (;;);', 'a')).toThrow('through all frames');
    expect(snapshot.restore(instance)).toBe(false);
  });

  it('is not where its memory grew, used or not', () => {
    const { instance, snapshot } = started();
    expect(instance.exports.allocate(20_000_000)).toBeGreaterThan(0);
    expect(snapshot.restore(instance)).toBe(false);
  });

  it('is not where a call used so much that every later one would pay for it', () => {
    const { instance, snapshot } = started();
    instance.bytes.fill(1, 6_000_000, 12_000_000);
    expect(snapshot.restore(instance)).toBe(false);
  });

  it('never has more than its maximum', () => {
    const { instance } = started();
    expect(instance.exports.allocate(30_000_000)).toBe(0);
    expect(instance.bytes.length).toBeLessThanOrEqual(32 * 1024 * 1024);
  });
});

describe('an instance that did what QuickJS never does', () => {
  it.each([
    'write',
    'close',
    'seek',
    'setTimer',
    'forgetExits',
    'callHost',
    'freeHost',
    'moduleSource',
    'moduleName',
    'abort',
    'exit',
    'assertFailed',
  ] as const)('is not used again: %s', (asked) => {
    const instance = new Instance(new WebAssembly.Module(passingOn(IMPORTS[asked])), 0);
    expect(instance.doubt).toBeUndefined();
    const isEnd = ['abort', 'exit', 'assertFailed'].includes(asked);
    if (isEnd) expect(() => instance.exports.construct()).toThrow('the interpreter ended');
    else instance.exports.construct();
    expect(instance.doubt).toMatch(/^it |^an assertion/);
    expect(started().snapshot.restore(instance)).toBe(false);
  });

  it.each(['isInterrupted', 'growMemory', 'environment', 'milliseconds', 'timeZone'] as const)(
    'is none that asked for what it may: %s',
    (asked) => {
      const instance = new Instance(new WebAssembly.Module(passingOn(IMPORTS[asked])), 0);
      instance.exports.construct();
      expect(instance.doubt).toBeUndefined();
    },
  );
});

/**
 * A file of WebAssembly that asks for what the interpreter asks for, and whose every export is the
 * one function that it was given under `letter`.
 */
function passingOn(letter: string): Uint8Array {
  const text = (value: string) => [value.length, ...Buffer.from(value)];
  const vector = (items: readonly (readonly number[])[]) => [
    ...length(items.length),
    ...items.flat(),
  ];
  const section = (id: number, body: readonly number[]) => [id, ...length(body.length), ...body];
  const imports = [
    [...text('a'), ...text(letter), 0x00, 0],
    [...text('a'), ...text(IMPORTS.memory), 0x02, 1, ...length(256), ...length(32_768)],
  ];
  const exports = Object.values(EXPORTS).map((name) => [...text(name), 0x00, 0]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([[0x60, 0, 0]])),
    ...section(2, vector(imports)),
    ...section(7, vector(exports)),
  ]);
}

/** Unsigned LEB128. */
function length(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...length(value >> 7)];
}
