import { assert, CODE_LIMITS, NotAValue, toValue, type Value } from '../base/index.ts';
import type { CodeRequest, CodeResult } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import type { CodeProcess, JobWithoutSequence } from './code-process.ts';
import { failureOf, stoppedError, tooSlow, workerGone } from './failure.ts';
import type { Launch } from './launch.ts';
import { ProcessPool } from './process-pool.ts';
import type { CodePlace, Reply } from './protocol.ts';

/** Of the path to a value in a result: its names are the code's and can be of any length. */
const PATH_SHOWN = 200;

/** What is wrong with a piece of code before it ever runs. */
export interface SyntaxProblem extends CodePlace {
  readonly message: string;
}

/** Runs code of one language in processes of its own: JSON in, JSON out, under limits. */
export interface CodeRunner {
  /**
   * Runs the code once. Errors: CODE_*; EXECUTION_CANCELLED, or the signal's own AppError, when the
   * signal aborts. Errors of the code itself have details {line, column, stack}.
   */
  run(request: CodeRequest): Promise<CodeResult>;
  /** Looks for syntax errors without running anything. Errors: CODE_INPUT, CODE_WORKER. */
  checkSyntax(code: string): Promise<SyntaxProblem | undefined>;
  /** Ends every process and waits for it; calls that are under way fail with CODE_WORKER. */
  close(): Promise<void>;
  /** Processes that are not gone yet. */
  readonly pids: readonly number[];
}

/** One language: how its process starts, and which of the variables in reach some code can use. */
export interface Language {
  readonly launch: Launch;
  namesUsed(code: string, names: Readonly<Record<string, Value>>): readonly string[];
}

export interface RunnerOptions {
  /** Processes that work at a time. */
  readonly workers: number;
  /** For calls that set no timeout. */
  readonly timeoutMs: number;
}

/** A runner whose first process starts with the first call. */
export function codeRunner(language: Language, options: RunnerOptions): CodeRunner {
  const pool = new ProcessPool(language.launch, options.workers);
  return {
    run: (request) => run(pool, language, { timeoutMs: options.timeoutMs, ...request }),
    checkSyntax: (code) => checkSyntax(pool, code),
    close: () => pool.close(),
    get pids() {
      return pool.pids;
    },
  };
}

async function run(
  pool: ProcessPool,
  language: Language,
  request: CodeRequest & { readonly timeoutMs: number },
): Promise<CodeResult> {
  const { code, timeoutMs, memoryBytes, seed, nowMs, signal, log } = request;
  assert(memoryBytes <= CODE_LIMITS.memoryBytesMax, 'the memory limit is within its bounds');
  assert(timeoutMs <= CODE_LIMITS.timeoutMsMax, 'the timeout is within its bounds');
  refuseLargeCode(code);
  const names = language.namesUsed(code, request.names);
  const body = variablesText(names, request.names);
  const job = { kind: 'run', code, names, timeoutMs, memoryBytes, seed, nowMs } as const;
  return await ask(pool, { job, body, timeoutMs, signal }, ({ worker, reply, body: result }) => {
    for (const { level, message } of reply.logs) log?.(level, message);
    if (reply.kind === 'failure') throw failureOf(reply, request);
    return { value: readValue(result, worker), logs: reply.logs };
  });
}

async function checkSyntax(pool: ProcessPool, code: string): Promise<SyntaxProblem | undefined> {
  refuseLargeCode(code);
  const { timeoutMs } = CODE_LIMITS;
  const signal = new AbortController().signal;
  const question = { job: { kind: 'check', code }, body: '', timeoutMs, signal } as const;
  return await ask(pool, question, ({ reply }) => {
    if (reply.kind === 'value') return undefined;
    if (reply.reason !== 'syntax') throw failureOf(reply, { timeoutMs });
    return { ...(reply.place ?? { line: 1, column: 1 }), message: reply.message };
  });
}

interface Exchange {
  readonly worker: CodeProcess;
  readonly reply: Reply;
  readonly body: Buffer;
}

async function ask<T>(
  pool: ProcessPool,
  question: {
    readonly job: JobWithoutSequence;
    readonly body: string;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
  read: (exchange: Exchange) => T,
): Promise<T> {
  const stopped = () => stoppedError(question.signal);
  const worker = await pool.take(question.signal, stopped);
  let retire = true;
  try {
    const answer = await worker.ask(question);
    if (answer.kind === 'aborted') throw stopped();
    if (answer.kind === 'overdue') throw tooSlow(question.timeoutMs);
    if (answer.kind === 'gone') throw workerGone(answer.how);
    retire = answer.reply.retire;
    return read({ worker, ...answer });
  } finally {
    pool.giveBack(worker, retire);
  }
}

function refuseLargeCode(code: string): void {
  if (Buffer.byteLength(code) <= CODE_LIMITS.codeBytes) return;
  throw new AppError('CODE_INPUT', {
    message: `the code is larger than ${CODE_LIMITS.codeBytes} bytes`,
    remedy: 'Split the code over several nodes.',
    retryable: false,
  });
}

function variablesText(names: readonly string[], values: CodeRequest['names']): string {
  const used = Object.fromEntries(names.map((name) => [name, values[name]]));
  const text = stringify(used);
  if (text !== undefined && Buffer.byteLength(text) <= CODE_LIMITS.inputBytes) return text;
  throw new AppError('CODE_INPUT', {
    message: `the values that the code names are larger than ${CODE_LIMITS.inputBytes} bytes`,
    retryable: false,
  });
}

function stringify(data: object): string | undefined {
  try {
    return JSON.stringify(data);
  } catch {
    // Values are JSON by type, so the text can only have become longer than a string may be.
    return undefined;
  }
}

function readValue(body: Buffer, worker: CodeProcess): Value {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString());
  } catch {
    worker.kill('sent a result that is not JSON');
    throw workerGone('sent a result that is not JSON');
  }
  try {
    return toValue(parsed);
  } catch (error) {
    if (!(error instanceof NotAValue)) throw error;
    const at = error.path === '' ? 'it' : error.path.slice(0, PATH_SHOWN);
    const message = `the result is not usable: ${at} ${error.reason}`;
    throw new AppError('CODE_OUTPUT', { message, cause: error });
  }
}
