import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Beginning, begin, type Ended, Room } from '../../../src/sandbox/guest/room.ts';

const MEBIBYTE = 1024 * 1024;
const FILE = '@jitl/quickjs-wasmfile-release-sync/wasm';

/** The bytes of the interpreter as we ship it. */
export function interpreterFile(): Buffer {
  return readFileSync(createRequire(import.meta.url).resolve(FILE));
}

let beginning: Beginning | undefined;

export interface TrialOptions {
  readonly memoryBytes?: number;
  /** Called while code runs. */
  watch?(): void;
}

/** A room in this very process, as the worker makes its own. */
export function openRoom({
  memoryBytes = 64 * MEBIBYTE,
  watch = () => {},
}: TrialOptions = {}): Room {
  beginning ??= begin(new WebAssembly.Module(interpreterFile()));
  return new Room(beginning, { memoryBytesMax: memoryBytes, watch });
}

export interface TrialJob {
  readonly names?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
  readonly outputBytes?: number;
  readonly seed?: number;
}

/** Runs the code as the worker does, but for cleaning up afterwards. */
export function run(room: Room, code: string, job: TrialJob = {}): Ended {
  const { names = {}, timeoutMs = 5_000, outputBytes = 10 * MEBIBYTE, seed = 1 } = job;
  const limits = { timeoutMs, outputBytes, memoryBytes: room.memoryBytesMax };
  return room.run(
    { kind: 'run', code, names: Object.keys(names), seed, nowMs: 1_000, ...limits },
    Buffer.from(JSON.stringify(names)),
  );
}

/** The result of code that must not fail. */
export function resultOf(room: Room, code: string, job: TrialJob = {}): unknown {
  const { outcome } = run(room, code, job);
  if ('text' in outcome) return JSON.parse(outcome.text);
  throw new Error(`the code failed: ${outcome.reason}: ${outcome.message}`);
}

/** Why code that must fail did so. */
export function reasonOf(room: Room, code: string, job: TrialJob = {}): string {
  const { outcome } = run(room, code, job);
  if ('text' in outcome) throw new Error(`the code gave ${outcome.text}`);
  return outcome.reason;
}
