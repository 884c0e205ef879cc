import { setImmediate } from 'node:timers/promises';
import { CODE_LIMITS, finishedValue, NotAValue, VALUE_LIMITS, type Value } from '../base/index.ts';
import type { CodeRequest, CodeResult } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { CallLog } from './call-log.ts';
import type { CodeProcess } from './code-process.ts';
import { type CallLimits, failureOf, stoppedError, tooSlow, workerGone } from './failure.ts';
import type { ProcessPool } from './process-pool.ts';
import type { FinalReply, Job } from './protocol.ts';
import type { Answer } from './question.ts';
import { type ReadLimits, ValueReader } from './read-value.ts';
import type { Payer } from './sandbox.ts';
import type { ScriptRecord } from './script-record.ts';
import { ValueWriter } from './write-value.ts';

/** Of the path to a value in a result: its names are the code's and can be of any length. */
const PATH_SHOWN = 200;

/** One run of some code in any language, ready to be handed to a process. */
export interface Call {
  readonly job: Job;
  /** What the code may name, and which of it is sent. */
  readonly values: CodeRequest['names'];
  readonly payer: Payer;
  readonly signal: AbortSignal;
  readonly log: CodeRequest['log'];
  readonly outputSetBy?: string;
}

/**
 * Runs a call in a process of the pool. Errors: CODE_*; EXECUTION_CANCELLED, or the signal's own
 * AppError, when the signal aborts. Errors of the code itself have details {line, column, stack}.
 */
export async function runCall(
  pool: ProcessPool,
  call: Call,
  record: ScriptRecord,
): Promise<CodeResult> {
  const log = new CallLog(call.log);
  const { worker, answer } = await asked(pool, call, log);
  record.ranMs = answer.ranMs;
  let retire = true;
  try {
    // A process that was only starting when the call was taken back has seen nothing of it.
    if (answer.kind === 'aborted') retire = worker.isDead;
    const { reply, body: result } = replied(answer, call);
    log.add(reply.logs);
    retire = asksForEnd(reply, pool);
    const limits: CallLimits = { ...call.job, ...setBy(call) };
    if (reply.kind === 'failure') throw failureOf(reply, limits);
    return { value: await resultOf(result, worker, call), logs: log.lines };
  } finally {
    log.end();
    record.isLogCut = log.isCut;
    pool.giveBack(worker, retire);
  }
}

interface Asked {
  readonly worker: CodeProcess;
  readonly answer: Answer;
}

/** Asks one process, and once more another where the first was ending. It is lent until then. */
async function asked(pool: ProcessPool, call: Call, log: CallLog): Promise<Asked> {
  const { signal, payer } = call;
  const take = () => pool.take({ payer, signal, stopped: () => stoppedError(signal) });
  const worker = await take();
  const body = await variablesText(call).catch((error: unknown) => {
    pool.giveBack(worker, false);
    throw error;
  });
  const question = { job: call.job, body, signal, logs: log.add.bind(log) };
  const first = { worker, answer: await worker.ask(question) };
  if (!wasEnding(first) || log.lines.length > 0) return first;
  pool.giveBack(worker, true);
  const next = await take();
  return { worker: next, answer: await next.ask(question) };
}

/**
 * Whether a process that did other calls ended as soon as it was given this one: it was about to,
 * such as when the machine killed it while it was idle. Code has no effects, so what had maybe
 * begun may begin again elsewhere.
 */
function wasEnding({ answer, worker }: Asked): boolean {
  if (answer.kind !== 'gone' || !worker.wasReady) return false;
  return answer.isOwn && answer.ranMs < CODE_LIMITS.endingMs;
}

/** Code as a job's, or refused. Errors: CODE_INPUT. */
export function checkedCode(code: string): string {
  if (Buffer.byteLength(code) <= CODE_LIMITS.codeBytes) return code;
  throw new AppError('CODE_INPUT', {
    message: `the code is larger than ${CODE_LIMITS.codeBytes} bytes`,
    remedy: 'Split the code over several nodes.',
    retryable: false,
  });
}

/**
 * The variables of the job as one JSON map. Only written when there is a process for it: calls that
 * wait hold no texts. Errors: CODE_INPUT.
 */
async function variablesText({ job, values, signal }: Call): Promise<string> {
  const used = Object.fromEntries(job.names.map((name) => [name, values[name] ?? null]));
  const writer = new ValueWriter(used, CODE_LIMITS.inputBytes);
  while (!writer.write(performance.now() + CODE_LIMITS.sliceMs)) await pause(signal);
  const { text } = writer;
  if (text !== undefined) return text;
  throw new AppError('CODE_INPUT', {
    message: `the values that the code names are larger than ${CODE_LIMITS.inputBytes} bytes`,
    retryable: false,
  });
}

function replied(
  answer: Answer,
  call: Call,
): { readonly reply: FinalReply; readonly body: Buffer } {
  switch (answer.kind) {
    case 'reply':
      return answer;
    case 'aborted':
      throw stoppedError(call.signal);
    case 'overdue':
      throw tooSlow(call.job.timeoutMs);
    case 'gone':
      throw workerGone(answer.how);
  }
}

/**
 * By its own word, or after what leaves a doubt: it does not know itself, or it ran out of memory
 * that is not only a child's.
 */
function asksForEnd(reply: FinalReply, { forksCalls }: ProcessPool): boolean {
  if (reply.retire || reply.kind === 'value') return reply.retire;
  return reply.reason === 'worker' || (reply.reason === 'memory' && !forksCalls);
}

function setBy({ outputSetBy }: Call): Pick<CallLimits, 'outputSetBy'> {
  return outputSetBy === undefined ? {} : { outputSetBy };
}

async function resultOf(body: Buffer, worker: CodeProcess, call: Call): Promise<Value> {
  const { outputBytes } = call.job;
  try {
    return await readValue(body, outputBytes, call.signal);
  } catch (error) {
    if (error instanceof SyntaxError) {
      worker.kill('sent a result that is not JSON');
      throw workerGone('sent a result that is not JSON');
    }
    if (!(error instanceof NotAValue)) throw error;
    const at = error.path === '' ? 'it' : error.path.slice(0, PATH_SHOWN);
    const message = `the result is not usable: ${at} ${error.reason}`;
    const remedy = 'Return plain data, and less of it; a large table fits as text.';
    throw new AppError('CODE_OUTPUT', { message, remedy, cause: error });
  }
}

/** In slices, as a large one takes up to a second. Throws NotAValue and SyntaxError. */
async function readValue(body: Buffer, outputBytes: number, signal: AbortSignal): Promise<Value> {
  const reader = new ValueReader(body, readLimits(outputBytes));
  while (!reader.read(performance.now() + CODE_LIMITS.sliceMs)) {
    await pause(signal);
  }
  return finishedValue(reader.result);
}

function readLimits(outputBytes: number): ReadLimits {
  const { outputBytesAMember, outputKeys, outputBytes: usual } = CODE_LIMITS;
  const members = Math.max(usual, outputBytes) / outputBytesAMember;
  return {
    depth: VALUE_LIMITS.depth,
    members: Math.min(VALUE_LIMITS.members, Math.floor(members)),
    keys: outputKeys,
  };
}

/** Lets the server do what else there is. */
async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  if (signal.aborted) throw stoppedError(signal);
}
