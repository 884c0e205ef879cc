import { CODE_LIMITS } from '../../base/index.ts';
import type { LogLine } from '../../contract/index.ts';
import type { FailureReply, RunJob } from '../protocol.ts';
import { type Handle, type Interpreter, OutOfMemory, Thrown } from './interpreter.ts';
import { readLogs } from './logs.ts';
import { readTrace } from './place.ts';
import { CODE_FILE, wrapCode } from './wrapper.ts';

export type Failure = Pick<FailureReply, 'reason' | 'message' | 'place' | 'stack'>;

/** What became of a job: the result as JSON text, or what went wrong. */
export type Outcome = { readonly text: string } | Failure;

export interface CallOptions {
  /** As it was at the beginning. */
  readonly interpreter: Interpreter;
  /** What prelude.ts gives. */
  readonly harness: Handle;
  /** What report.ts gives. */
  readonly report: Handle;
  /** Names that the language itself has. */
  readonly globals: ReadonlySet<string>;
  /** True when the code has, as good as, all the memory it may have. */
  isFull(): boolean;
}

/** Ends the work at hand with a failure that is known already. */
class Refused extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

const PROMISE_JOBS_A_BATCH = 100;
/** Time to read the logs, whatever became of the deadline. */
const LOGS_MS = 50;
const TIMEOUT: Failure = { reason: 'timeout', message: 'interrupted' };
const FULL: Failure = { reason: 'memory', message: 'full' };

/** One job in an interpreter: runs it, then reads its logs. What it found out goes with it. */
export class Call {
  readonly #interpreter: Interpreter;
  readonly #options: CallOptions;
  #stage: 'compile' | 'run' | 'render' = 'compile';
  #deadline = Number.POSITIVE_INFINITY;
  #interrupted = false;
  #broken = false;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#interpreter = options.interpreter;
  }

  /** True when something happened that is no matter of the code, such as a trap in WebAssembly. */
  get isBroken(): boolean {
    return this.#broken;
  }

  /** True when the deadline has passed: the code must stop. */
  isOver(): boolean {
    if (performance.now() <= this.#deadline) return false;
    this.#interrupted = true;
    return true;
  }

  /** Runs the job's code with `names`, a JSON map of its variables in UTF-8. */
  run(job: RunJob, names: Uint8Array): Outcome {
    this.#deadline = performance.now() + job.timeoutMs;
    try {
      return this.#run(job, names);
    } catch (error) {
      const failure = this.#interrupted ? TIMEOUT : this.#explain(error, job.code);
      return this.#interrupted ? TIMEOUT : failure;
    }
  }

  /** The lines that the code logged, within CODE_LIMITS, the last one telling what was dropped. */
  logs(): readonly LogLine[] {
    this.#deadline = performance.now() + LOGS_MS;
    try {
      return readLogs(this.#interpreter.text(this.#call('logs')));
    } catch {
      // The interpreter is broken or without memory: its lines are gone, the outcome stands.
      return [];
    }
  }

  #run(job: RunJob, names: Uint8Array): Outcome {
    const interpreter = this.#interpreter;
    this.#call('begin', interpreter.number(job.seed), interpreter.number(job.nowMs));
    const factory = this.#compile(job.code, job.names);
    this.#stage = 'run';
    const started = this.#call('start', factory, interpreter.string(names));
    this.#runPromiseJobs();
    const value = this.#settled(started);
    this.#stage = 'render';
    return this.#render(value, Math.min(job.outputBytes, CODE_LIMITS.outputBytes));
  }

  #call(name: string, ...items: readonly Handle[]): Handle {
    const interpreter = this.#interpreter;
    return interpreter.call(interpreter.property(this.#options.harness, name), ...items);
  }

  #report(name: string, item: Handle): string {
    const interpreter = this.#interpreter;
    const member = interpreter.property(this.#options.report, name);
    return interpreter.text(interpreter.call(member, item));
  }

  #compile(code: string, names: readonly string[]): Handle {
    const { probe, factory } = wrapCode(code, names, this.#options.globals);
    this.#interpreter.compile(probe, CODE_FILE);
    return this.#interpreter.evaluate(factory, CODE_FILE);
  }

  #runPromiseJobs(): void {
    while (this.#interpreter.hasJobs && !this.isOver()) {
      // A job that throws has settled its promise; the interpreter's own errors show in the result.
      this.#interpreter.runJobs(PROMISE_JOBS_A_BATCH);
    }
    if (this.#interrupted) throw new Refused(TIMEOUT);
  }

  #settled(started: Handle): Handle {
    const { state, value } = this.#interpreter.settled(started);
    if (state === 'rejected') throw new Thrown(value);
    if (state === 'fulfilled') return value;
    if (this.#options.isFull()) throw new Refused(FULL);
    const message = 'the code waits for a promise that nothing will ever settle';
    throw new Refused({ reason: 'error', message });
  }

  #render(value: Handle, outputBytes: number): Outcome {
    let rendered = this.#interpreter.text(this.#call('render', value));
    if (rendered.startsWith('?')) rendered = this.#report('strict', value);
    const text = rendered.slice(1);
    if (!rendered.startsWith('=')) return { reason: 'output', message: text };
    if (Buffer.byteLength(text) <= outputBytes) return { text };
    return { reason: 'output', message: 'the result is too large' };
  }

  #explain(error: unknown, code: string): Failure {
    if (error instanceof Refused) return error.failure;
    if (error instanceof OutOfMemory) return FULL;
    try {
      if (error instanceof Thrown) return this.#describe(error.handle, code);
    } catch (again) {
      if (again instanceof OutOfMemory) return FULL;
      if (again instanceof Thrown) return this.#indescribable();
      return this.#hostFailure(again);
    }
    return this.#hostFailure(error);
  }

  #describe(thrown: Handle, code: string): Failure {
    const parts = JSON.parse(this.#report('describe', thrown));
    const [name, message, stack] = parts as readonly [string, string, string];
    const isMemory = name === 'InternalError' && message.startsWith('out of memory');
    if (isMemory || (name === '' && this.#options.isFull())) {
      return { reason: 'memory', message };
    }
    const text = [name, message].filter((part) => part !== '').join(': ');
    const trace = readTrace(stack, code);
    if (this.#stage === 'compile') return { reason: 'syntax', message, place: trace.place };
    if (this.#stage === 'run') return { reason: 'error', message: text, ...trace };
    return { reason: 'output', message: `the result is not JSON data: ${text}`, ...trace };
  }

  #indescribable(): Failure {
    if (this.#options.isFull()) return FULL;
    return { reason: 'error', message: 'the code threw something that cannot be described' };
  }

  /** For what Node threw: its stack ended before the interpreter's, or WebAssembly trapped. */
  #hostFailure(error: unknown): Failure {
    this.#broken = true;
    if (this.#options.isFull()) return FULL;
    if (!(error instanceof RangeError)) return { reason: 'worker', message: String(error) };
    if (this.#stage === 'compile') return { reason: 'syntax', message: 'nested too deeply' };
    return { reason: 'error', message: 'InternalError: stack overflow' };
  }
}
