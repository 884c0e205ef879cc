import { type Call, runCall } from '../../src/sandbox/code-runner.ts';
import type { Launch } from '../../src/sandbox/launch.ts';
import { ProcessPool } from '../../src/sandbox/process-pool.ts';
import type { ScriptRecord } from '../../src/sandbox/script-record.ts';

/**
 * For scripts that stand in for a process of the sandbox: `send(header, {sequence, note, body,
 * length})` writes a frame, `onJob(serve)` is told the number of each job that came.
 */
const SPEAK = `
  const READY = { kind: 'ready' };
  const VALUE = { kind: 'value', retire: false, logs: [] };
  const line = (message) => ({ kind: 'logs', logs: [{ level: 'info', message }] });
  function send(header, { sequence = 0, note = 0, body = '', length } = {}) {
    const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
    const prefix = Buffer.alloc(16);
    prefix.writeUInt32BE(length ?? text.length, 0);
    prefix.writeUInt32BE(Buffer.byteLength(body), 4);
    prefix.writeUInt32BE(sequence, 8);
    prefix.writeUInt32BE(note, 12);
    process.stdout.write(Buffer.concat([prefix, text, Buffer.from(body)]));
  }
  function onJob(serve) {
    process.stdin.on('data', (piece) => {
      if (piece.length >= 16) serve(piece.readUInt32BE(8));
    });
  }
  process.stdin.on('end', () => process.exit());
`;

interface FakeOptions {
  readonly command?: string;
  readonly forksCalls?: boolean;
  /** Default: as the pool likes. */
  readonly spareAfterMs?: number;
}

/** A pool whose processes run the script, which speaks the protocol as it likes. */
export function fakePool(script: string, workers = 1, options: FakeOptions = {}): ProcessPool {
  const { command = process.execPath, ...others } = options;
  return new ProcessPool(fakeLaunch(script, command), { workers, forksCalls: false, ...others });
}

/** The same with one process, and no spare for calls that take their time. */
export function poolWithoutSpare(script: string): ProcessPool {
  return fakePool(script, 1, { spareAfterMs: 60_000 });
}

function fakeLaunch(script: string, command: string): Launch {
  return { command, args: ['-e', SPEAK + script], env: {}, cwd: '/' };
}

/** A call that any process may be given. */
export function fakeCall(more: Partial<Call> & { readonly timeoutMs?: number } = {}): Call {
  const { timeoutMs = 200, ...rest } = more;
  const names: readonly string[] = [];
  const limits = { timeoutMs, memoryBytes: 1, outputBytes: 1024 * 1024 };
  return {
    job: { kind: 'run', code: 'return 1', names, seed: 1, nowMs: 1, ...limits },
    values: {},
    payer: 'payer',
    signal: new AbortController().signal,
    log: undefined,
    ...rest,
  };
}

export function newRecord(): ScriptRecord {
  return { language: 'javascript', jail: 'process', ranMs: 0, isLogCut: false };
}

/** What a call of the pool ends with, be it a result or an error. */
export async function endOf(pool: ProcessPool, call: Call, record = newRecord()): Promise<unknown> {
  return await runCall(pool, call, record).catch((thrown: unknown) => thrown);
}
