import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as binary from '../../../src/sandbox/guest/binary.ts';
import { Instance } from '../../../src/sandbox/guest/instance.ts';
import { startInterpreter } from '../../../src/sandbox/guest/interpreter.ts';
import { Snapshot } from '../../../src/sandbox/guest/snapshot.ts';
import { interpreterFile } from './open-room.ts';
import { readWasm } from './wasm-file.ts';

const file = readWasm(interpreterFile());
const has = (...names: readonly string[]) => names.filter((name) => file.instructions.has(name));

describe('the state of an instance of the interpreter', () => {
  it('is one memory and one number, the end of the stack', () => {
    expect(file.memories).toBe(0);
    expect(file.imports.filter(({ kind }) => kind === 'memory')).toEqual([
      { name: 'a', kind: 'memory', minimum: binary.PAGES_AT_START },
    ]);
    expect(file.globals).toEqual([true]);
    expect([...file.instructions].filter((name) => name.startsWith('24:'))).toEqual(['24:0']);
  });

  it('is no table: nothing ever writes to the one of functions', () => {
    expect(file.tables).toBe(1);
    const sets = [...file.instructions].filter((name) => name.startsWith('26:'));
    expect(sets).toEqual([]);
    // table.init, elem.drop, table.copy, table.grow, table.fill
    expect(has('fc.12', 'fc.13', 'fc.14', 'fc.15', 'fc.17')).toEqual([]);
  });

  it('is no dropped piece of data', () => {
    // memory.init, data.drop; reading the file has refused passive pieces.
    expect(has('fc.8', 'fc.9')).toEqual([]);
  });

  it('grows only through its host', () => {
    expect(has('40')).toEqual([]);
  });

  it('is all in a snapshot: a new instance that is filled equals the one it was taken of', () => {
    const module = new WebAssembly.Module(interpreterFile());
    const [first, second] = [new Instance(module, 0), new Instance(module, 0)];
    startInterpreter(first);
    new Snapshot(first).fill(second);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    expect(second.exports.stackPointer()).toBe(first.exports.stackPointer());
  });
});

const C_NAMES: Readonly<Record<string, string>> = {
  allocate: '_malloc',
  free: '_free',
  newRuntime: '_QTS_NewRuntime',
  setStackBytes: '_QTS_RuntimeSetMaxStackSize',
  enableInterrupts: '_QTS_RuntimeEnableInterruptHandler',
  newContext: '_QTS_NewContext',
  undefinedValue: '_QTS_GetUndefined',
  newNumber: '_QTS_NewFloat64',
  newString: '_QTS_NewString',
  textOf: '_QTS_GetString',
  freeText: '_QTS_FreeCString',
  property: '_QTS_GetProp',
  call: '_QTS_Call',
  evaluate: '_QTS_Eval',
  thrown: '_QTS_ResolveException',
  promiseState: '_QTS_PromiseState',
  promiseResult: '_QTS_PromiseResult',
  isJobPending: '_QTS_IsJobPending',
  runJobs: '_QTS_ExecutePendingJob',
};

describe('the letters of the interpreter', () => {
  const require = createRequire(import.meta.url);
  const folder = require.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
  const loader = readFileSync(new URL('emscripten-module.mjs', `file://${folder}`), 'utf8');

  it('are those of the functions in the loader of the package', () => {
    const letters = new Map<string, string>();
    for (const [, name = '', letter = ''] of loader.matchAll(/\bd\.(_\w+)=\s*b\.([\w$]+)/g)) {
      letters.set(name, letter);
    }
    const { EXPORTS } = binary;
    for (const [ours, theirs] of Object.entries(C_NAMES)) {
      expect([ours, EXPORTS[ours as keyof typeof EXPORTS]]).toEqual([ours, letters.get(theirs)]);
    }
    // These two have no name outside of the loader: what it runs first, and what it saves.
    expect(Object.keys(EXPORTS).filter((name) => !(name in C_NAMES))).toEqual([
      'construct',
      'stackPointer',
    ]);
    expect(loader).toContain(`Z.${EXPORTS.construct}();`);
    const saved = /ta=b\.(\w+);/.exec(loader)?.[1];
    expect(EXPORTS.stackPointer).toBe(saved);
  });

  it('are all that it asks for, and those that matter do what they should', () => {
    const asked = file.imports.map(({ name }) => name).sort();
    expect(Object.values(binary.IMPORTS).sort()).toEqual(asked);
    for (const [name, text] of [
      ['isInterrupted', 'callbacks.shouldInterrupt'],
      ['callHost', 'callbacks.callFunction'],
      ['freeHost', 'callbacks.freeHostRef'],
      ['moduleSource', 'callbacks.loadModuleSource'],
      ['moduleName', 'callbacks.normalizeModule'],
      ['growMemory', '2147483648<a'],
      ['milliseconds', 'Date.now()'],
      ['localTime', 'getSeconds()'],
      ['timeZone', 'getTimezoneOffset()'],
      ['assertFailed', 'Assertion failed'],
      ['setTimer', 'clearTimeout'],
    ] as const) {
      const letter = binary.IMPORTS[name];
      const body = loader.split(new RegExp(`[{,]${letter}:(?=function|\\(|a=>)`))[1] ?? '';
      expect([name, body.slice(0, 260).replace(/\s/g, ' ')]).toEqual([
        name,
        expect.stringContaining(text),
      ]);
    }
  });
});
