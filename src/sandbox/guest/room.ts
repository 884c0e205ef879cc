import { CODE_LIMITS } from '../../base/index.ts';
import type { LogLine } from '../../contract/index.ts';
import type { RunJob } from '../protocol.ts';
import { Call, type Outcome } from './call.ts';
import { Instance } from './instance.ts';
import { type Addresses, type Handle, Interpreter, startInterpreter } from './interpreter.ts';
import { PRELUDE } from './prelude.ts';
import { REPORT } from './report.ts';
import { Snapshot } from './snapshot.ts';

/** What became of a job, with the lines it logged. */
export interface Ended {
  readonly outcome: Outcome;
  readonly logs: readonly LogLine[];
  /** The process had better be replaced: it grew, or something happened that nobody can explain. */
  readonly retire: boolean;
}

/** An interpreter with our own code in it and none of a user, to make rooms from. */
export interface Beginning {
  /** The interpreter, compiled. */
  readonly module: WebAssembly.Module;
  readonly snapshot: Snapshot;
  readonly addresses: Addresses;
  readonly harness: Handle;
  readonly report: Handle;
  /** Names that the language itself has. */
  readonly globals: ReadonlySet<string>;
}

export interface RoomOptions {
  readonly memoryBytesMax: number;
  /** Called every now and then while code runs, when nothing else of the process does. */
  watch(): void;
}

const GUEST_LIMITS = JSON.stringify({
  text: CODE_LIMITS.errorText,
  path: 200,
  logCharacters: CODE_LIMITS.logBytes,
  logLines: CODE_LIMITS.logLines,
  resultCharacters: CODE_LIMITS.outputBytes,
});
const GLOBAL_NAMES = 'Object.getOwnPropertyNames(globalThis).join()';
/** The name of our own code in the interpreter's stack traces. */
const SANDBOX_FILE = 'sandbox';

/** Prepares what all rooms of a process begin with; about 15 ms, as it compiles WebAssembly. */
export function begin(module: WebAssembly.Module): Beginning {
  const instance = new Instance(module, 0);
  const addresses = startInterpreter(instance);
  const interpreter = new Interpreter(instance, addresses);
  const limits = interpreter.evaluate(`(${GUEST_LIMITS})`, SANDBOX_FILE);
  const harness = interpreter.call(interpreter.evaluate(PRELUDE, SANDBOX_FILE), limits);
  const tools = interpreter.property(harness, 'tools');
  const openReport = interpreter.evaluate(REPORT, SANDBOX_FILE);
  const report = interpreter.call(openReport, tools, limits);
  const globals = interpreter.text(interpreter.evaluate(GLOBAL_NAMES, SANDBOX_FILE)).split(',');
  return {
    ...{ module, addresses, harness, report },
    globals: new Set(globals),
    snapshot: new Snapshot(instance),
  };
}

/**
 * An interpreter in a WebAssembly memory of its own, for one job after the other. Each finds it as
 * it was at the beginning, bit by bit: nothing of a call, not even damage to the interpreter, is
 * there in the next. The memory's maximum is the memory limit; QuickJS's own is not used, as it
 * counts only a part of what is allocated.
 */
export class Room {
  readonly memoryBytesMax: number;
  readonly #beginning: Beginning;
  readonly #watch: () => void;
  #instance: Instance;
  #isClean = true;

  constructor(beginning: Beginning, { memoryBytesMax, watch }: RoomOptions) {
    this.memoryBytesMax = memoryBytesMax;
    this.#beginning = beginning;
    this.#watch = watch;
    this.#instance = this.#newInstance();
  }

  /** Runs the job's code with `names`, a JSON map of its variables in UTF-8. */
  run(job: RunJob, names: Uint8Array): Ended {
    if (!this.#isClean) this.clean();
    this.#isClean = false;
    const { addresses, harness, report, globals } = this.#beginning;
    const instance = this.#instance;
    const interpreter = new Interpreter(instance, addresses);
    const call = new Call({ interpreter, harness, report, globals, isFull: () => instance.isFull });
    instance.isInterrupted = () => {
      this.#watch();
      return call.isOver();
    };
    const outcome = call.run(job, names);
    const logs = call.logs();
    return { outcome, logs, retire: this.#needsEnd(call, outcome) };
  }

  /** Makes the room ready for the next job; worth doing while nobody waits. */
  clean(): void {
    this.#instance.isInterrupted = () => false;
    if (!this.#beginning.snapshot.restore(this.#instance)) this.#instance = this.#newInstance();
    this.#isClean = true;
  }

  /** All of the interpreter's memory, for tests that look for what should not be there. */
  get memory(): Uint8Array {
    return this.#instance.bytes;
  }

  #newInstance(): Instance {
    const instance = new Instance(this.#beginning.module, this.memoryBytesMax);
    this.#beginning.snapshot.fill(instance);
    return instance;
  }

  /** A memory that grew large lies in this process until it is collected. */
  #needsEnd(call: Call, outcome: Outcome): boolean {
    const isMemory = 'reason' in outcome && outcome.reason === 'memory';
    const isLarge = this.#instance.bytes.length > CODE_LIMITS.memoryBytes;
    return isMemory || isLarge || call.isBroken || this.#instance.doubt !== undefined;
  }
}
