import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';
import { CODE_LIMITS } from '../../base/index.ts';
import type { LogLine } from '../../contract/index.ts';
import type { FailureReply, Job } from '../protocol.ts';
import { type Interpreter, newInterpreter } from './interpreter.ts';
import { readLogs } from './logs.ts';
import { readTrace } from './place.ts';
import { PRELUDE } from './prelude.ts';
import { REPORT } from './report.ts';
import { CODE_FILE, wrapCode } from './wrapper.ts';

type RunJob = Extract<Job, { readonly kind: 'run' }>;

export type Failure = Pick<FailureReply, 'reason' | 'message' | 'place' | 'stack'>;

/** What became of a job: the result as JSON text, or what went wrong. */
export type Outcome = { readonly text: string } | Failure;

/** Ends the work at hand with a failure that is known already. */
class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Ends the work at hand with what the code, or the interpreter for it, threw. */
class Thrown extends Error {
  constructor(readonly handle: QuickJSHandle) {
    super('the code threw');
  }
}

const GUEST_LIMITS = JSON.stringify({
  text: CODE_LIMITS.errorText,
  path: 200,
  logCharacters: CODE_LIMITS.logBytes,
  logLines: CODE_LIMITS.logLines,
  resultCharacters: CODE_LIMITS.outputBytes,
});
const GLOBAL_NAMES = 'Object.getOwnPropertyNames(globalThis).join()';
const PROMISE_JOBS_A_BATCH = 100;
/** Time to read the logs, whatever became of the deadline. */
const LOGS_MS = 50;
/** The name of our own code in the interpreter's stack traces. */
const SANDBOX_FILE = 'sandbox';
const STRICT = { strict: true };
const TIMEOUT: Failure = { reason: 'timeout', message: 'interrupted' };

export interface RoomOptions {
  /** The interpreter, compiled. */
  readonly module: WebAssembly.Module;
  readonly memoryBytesMax: number;
  /** Called every now and then while code runs, when nothing else of the process does. */
  watch(): void;
}

/**
 * One interpreter with the prelude in it, for one job. Prepared before the job is there, as that
 * takes longer than a small job itself. Nothing is disposed: the interpreter's whole memory goes
 * with the room.
 */
export class Room {
  readonly memoryBytesMax: number;
  readonly #interpreter: Interpreter;
  readonly #context: QuickJSContext;
  readonly #harness: QuickJSHandle;
  readonly #globals: ReadonlySet<string>;
  #stage: 'compile' | 'run' | 'render' = 'compile';
  #deadline = Number.POSITIVE_INFINITY;
  #interrupted = false;
  #broken = false;

  static async open(options: RoomOptions): Promise<Room> {
    const { module, memoryBytesMax } = options;
    return new Room(await newInterpreter(module, memoryBytesMax), options);
  }

  private constructor(interpreter: Interpreter, { memoryBytesMax, watch }: RoomOptions) {
    const { context, runtime } = interpreter;
    this.memoryBytesMax = memoryBytesMax;
    this.#interpreter = interpreter;
    this.#context = context;
    runtime.setInterruptHandler(() => {
      watch();
      return this.#isOver();
    });
    const prelude = context.evalCode(`${PRELUDE}(${GUEST_LIMITS})`, SANDBOX_FILE, STRICT);
    this.#harness = context.unwrapResult(prelude);
    const names = context.evalCode(GLOBAL_NAMES, SANDBOX_FILE, STRICT);
    this.#globals = new Set(context.getString(context.unwrapResult(names)).split(','));
  }

  /** Bytes that the interpreter has taken so far; they are given back only with the room. */
  get memoryBytes(): number {
    return this.#interpreter.memoryBytes();
  }

  /** True when something happened that is no matter of the code, such as a trap in WebAssembly. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** Runs the job's code with `names`, a JSON map of its variables. */
  run(job: RunJob, names: string): Outcome {
    this.#deadline = performance.now() + job.timeoutMs;
    return this.#attempt(job.code, () => {
      const context = this.#context;
      this.#call('begin', context.newNumber(job.seed), context.newNumber(job.nowMs));
      const factory = this.#compile(job.code, job.names);
      this.#stage = 'run';
      const started = this.#call('start', factory, context.newString(names));
      this.#runPromiseJobs();
      const value = this.#settled(started);
      this.#stage = 'render';
      return this.#render(value);
    });
  }

  /** Compiles the code and runs nothing; the text of the outcome is empty. */
  check(code: string): Outcome {
    return this.#attempt(code, () => {
      this.#compile(code, []);
      return { text: '' };
    });
  }

  /** The lines that the code logged, within CODE_LIMITS, the last one telling what was dropped. */
  logs(): readonly LogLine[] {
    this.#deadline = performance.now() + LOGS_MS;
    try {
      return readLogs(this.#context.getString(this.#call('logs')));
    } catch {
      // The interpreter is broken or without memory: its lines are gone, the outcome stands.
      return [];
    }
  }

  #attempt(code: string, work: () => Outcome): Outcome {
    try {
      return work();
    } catch (error) {
      const failure = this.#interrupted ? TIMEOUT : this.#explain(error, code);
      return this.#interrupted ? TIMEOUT : failure;
    }
  }

  #isOver(): boolean {
    if (performance.now() <= this.#deadline) return false;
    this.#interrupted = true;
    return true;
  }

  #call(name: string, ...items: readonly QuickJSHandle[]): QuickJSHandle {
    return this.#callMember(this.#harness, name, ...items);
  }

  /** As `#call`, for what is compiled only now. */
  #report(name: string, item: QuickJSHandle): QuickJSHandle {
    const context = this.#context;
    const open = this.#valueOf(context.evalCode(REPORT, SANDBOX_FILE, STRICT));
    const limits = this.#valueOf(context.evalCode(`(${GUEST_LIMITS})`, SANDBOX_FILE, STRICT));
    const tools = context.getProp(this.#harness, 'tools');
    const report = this.#valueOf(context.callFunction(open, context.undefined, tools, limits));
    return this.#callMember(report, name, item);
  }

  #callMember(
    owner: QuickJSHandle,
    name: string,
    ...items: readonly QuickJSHandle[]
  ): QuickJSHandle {
    const context = this.#context;
    const member = context.getProp(owner, name);
    return this.#valueOf(context.callFunction(member, context.undefined, ...items));
  }

  #valueOf(result: ReturnType<QuickJSContext['callFunction']>): QuickJSHandle {
    if (result.error !== undefined) throw new Thrown(result.error);
    return result.value;
  }

  #compile(code: string, names: readonly string[]): QuickJSHandle {
    const { probe, factory } = wrapCode(code, names, this.#globals);
    this.#valueOf(this.#context.evalCode(probe, CODE_FILE, { ...STRICT, compileOnly: true }));
    return this.#valueOf(this.#context.evalCode(factory, CODE_FILE, STRICT));
  }

  #runPromiseJobs(): void {
    const { runtime } = this.#interpreter;
    while (runtime.hasPendingJob() && !this.#isOver()) {
      // A job that throws has settled its promise; the interpreter's own errors show in the result.
      runtime.executePendingJobs(PROMISE_JOBS_A_BATCH);
    }
    if (this.#interrupted) throw new Refused(TIMEOUT);
  }

  #settled(started: QuickJSHandle): QuickJSHandle {
    const state = this.#context.getPromiseState(started);
    if (state.type === 'rejected') throw new Thrown(state.error);
    if (state.type === 'fulfilled') return state.value;
    if (this.#interpreter.isFull()) throw new Refused({ reason: 'memory', message: 'full' });
    const message = 'the code waits for a promise that nothing will ever settle';
    throw new Refused({ reason: 'error', message });
  }

  #render(value: QuickJSHandle): Outcome {
    let rendered = this.#context.getString(this.#call('render', value));
    if (rendered.startsWith('?')) rendered = this.#context.getString(this.#report('strict', value));
    const text = rendered.slice(1);
    if (!rendered.startsWith('=')) return { reason: 'output', message: text };
    if (Buffer.byteLength(text) <= CODE_LIMITS.outputBytes) return { text };
    return { reason: 'output', message: 'the result is too large' };
  }

  #explain(error: unknown, code: string): Failure {
    if (error instanceof Refused) return error.failure;
    try {
      if (error instanceof Thrown) return this.#describe(error.handle, code);
    } catch (again) {
      if (again instanceof Thrown) return this.#indescribable();
      return this.#hostFailure(again);
    }
    return this.#hostFailure(error);
  }

  #describe(thrown: QuickJSHandle, code: string): Failure {
    const parts = JSON.parse(this.#context.getString(this.#report('describe', thrown)));
    const [name, message, stack] = parts as readonly [string, string, string];
    const isMemory = name === 'InternalError' && message.startsWith('out of memory');
    if (isMemory || (name === '' && this.#interpreter.isFull())) {
      return { reason: 'memory', message };
    }
    const text = [name, message].filter((part) => part !== '').join(': ');
    const trace = readTrace(stack, code);
    if (this.#stage === 'compile') return { reason: 'syntax', message, place: trace.place };
    if (this.#stage === 'run') return { reason: 'error', message: text, ...trace };
    return { reason: 'output', message: `the result is not JSON data: ${text}`, ...trace };
  }

  #indescribable(): Failure {
    if (this.#interpreter.isFull()) return { reason: 'memory', message: 'full' };
    return { reason: 'error', message: 'the code threw something that cannot be described' };
  }

  /** For what Node threw: its stack ended before the interpreter's, or WebAssembly trapped. */
  #hostFailure(error: unknown): Failure {
    this.#broken = true;
    if (this.#interpreter.isFull()) return { reason: 'memory', message: 'full' };
    if (!(error instanceof RangeError)) return { reason: 'worker', message: String(error) };
    if (this.#stage === 'compile') return { reason: 'syntax', message: 'nested too deeply' };
    return { reason: 'error', message: 'InternalError: stack overflow' };
  }
}
