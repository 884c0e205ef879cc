import loadModule from '@jitl/quickjs-wasmfile-release-sync/emscripten-module';
import { QuickJSFFI } from '@jitl/quickjs-wasmfile-release-sync/ffi';
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
} from 'quickjs-emscripten-core';

/** The package's own variant imports these two when first used; here they are in the bundle. */
const VARIANT: QuickJSSyncVariant = {
  type: 'sync',
  importFFI: async () => QuickJSFFI,
  importModuleLoader: async () => ({ default: loadModule }),
};

const PAGE_BYTES = 64 * 1024;
/** What the interpreter was linked for; a memory that starts with another size is refused. */
const PAGES_AT_START = 256;
/**
 * Of the interpreter's own stack: about 1,300 calls deep. Node's stack (launch.ts) is much larger
 * than what this needs, so that a script too deep gets an error that it can catch.
 */
const STACK_BYTES = 256 * 1024;

export interface Interpreter {
  readonly runtime: QuickJSRuntime;
  readonly context: QuickJSContext;
  /** True when the code has, as good as, all the memory it may have. */
  isFull(): boolean;
  memoryBytes(): number;
}

/**
 * A new QuickJS in a WebAssembly memory of its own, thrown away after one call: nothing of a call,
 * not even damage to the interpreter, is there in the next. The memory's maximum is the memory
 * limit; QuickJS's own is not used, as it counts only a part of what is allocated.
 * Costs about 1 ms. The compiled module is shared.
 */
export async function newInterpreter(
  module: WebAssembly.Module,
  memoryBytesMax: number,
): Promise<Interpreter> {
  const maximum = Math.max(PAGES_AT_START, Math.floor(memoryBytesMax / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: PAGES_AT_START, maximum });
  const custom = newVariant(VARIANT, { wasmModule: module, wasmMemory: memory });
  const quickjs = await newQuickJSWASMModuleFromVariant(custom);
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(STACK_BYTES);
  const nearlyAll = maximum * PAGE_BYTES * 0.9;
  return {
    runtime,
    context: runtime.newContext(),
    isFull: () => memory.buffer.byteLength >= nearlyAll,
    memoryBytes: () => memory.buffer.byteLength,
  };
}
