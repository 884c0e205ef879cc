import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toValue, type Value } from '../../../src/base/index.ts';
import type { CodeResult, PythonRequest } from '../../../src/contract/index.ts';
import { AppError } from '../../../src/errors/index.ts';
import { openSandbox, type Sandbox } from '../../../src/sandbox/index.ts';
import { type AttackSet, type Layer, type Outcome, type Payload, textOf } from '../attack.ts';
import type { Canary } from '../canary.ts';
import { LOOK } from './look.ts';
import { errnoIn, filled } from './told.ts';

const MEGABYTE = 1024 * 1024;
const TIMEOUT_MS = 1_000;

export interface CodeDoor {
  readonly sandbox: Sandbox;
  /** Runs the text and says where it ended. */
  attempt(set: AttackSet, payload: Payload, canary: Canary): Promise<Outcome>;
  /** Runs code that is none of an attack's. */
  value(language: 'javascript' | 'python', text: string): Promise<Value>;
  close(): Promise<void>;
}

interface Attack {
  readonly set: AttackSet;
  readonly payload: Payload;
  readonly canary: Canary;
}

/** Writes the programs into a folder and may then put holes into them. */
export type Build = (folder: string) => Promise<void>;

/** A sandbox over fresh programs, as the server opens it. */
export async function openCodeDoor(build: Build, workers = 2): Promise<CodeDoor> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-attack-'));
  await build(folder);
  const sandbox = openSandbox({
    programs: pathToFileURL(`${folder}/`),
    jail: 'auto',
    javascriptTimeoutMs: 5_000,
    python: {
      level: 'normal',
      levelMax: 'trusted',
      timeoutMs: 30_000,
      outputBytesMax: MEGABYTE,
      memoryBytesMax: 1024 * MEGABYTE,
    },
    workers,
  });
  return {
    sandbox,
    attempt: async (set, payload, canary) => {
      const ended = await run(sandbox, { set, payload, canary }).then(ofResult(set), ofError);
      const through = canary.judge(ended.told) ?? ended.through;
      const { layer, detail, told } = ended;
      if (through === undefined) return { layer, detail };
      return { layer, detail, through, told: told.slice(0, 1_000) };
    },
    value: async (language, text) => {
      const { value } = await sandbox[language](requestOf(text, { timeoutMs: 20_000 }), 'good');
      return value;
    },
    close: async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function run(sandbox: Sandbox, attack: Attack): Promise<CodeResult> {
  const { set, payload, canary } = attack;
  const request = typeof payload === 'string' ? { text: payload } : payload;
  const isPython = set.door.endsWith('python');
  const text = filled(textOf(payload), canary);
  const asked = requestOf(set.door !== 'javascript' ? text : `${LOOK}\n${text}`, request);
  return isPython ? sandbox.python(asked, 'attack') : sandbox.javascript(asked, 'attack');
}

function requestOf(
  code: string,
  payload: Exclude<Payload, string> | { readonly timeoutMs: number },
) {
  const { timeoutMs = TIMEOUT_MS } = payload;
  const request: PythonRequest & { readonly memoryBytes: number } = {
    code,
    // What attacks hand over is written as JSON data.
    names: toValue('names' in payload ? (payload.names ?? {}) : {}) as Record<string, Value>,
    timeoutMs,
    memoryBytes: 64 * MEGABYTE,
    seed: 1,
    nowMs: 1_700_000_000_000,
    signal: new AbortController().signal,
    report: () => undefined,
    level: 'python' in payload ? (payload.python ?? 'normal') : 'normal',
    allowedImports: [],
    outputBytes: MEGABYTE,
  };
  return request;
}

/** An outcome, with all that came out for the judge to read. */
type Ended = Outcome & { readonly told: string };

/** Code that fell out of its interpreter and gave a value still had only what the jail holds. */
function ofResult({ door }: AttackSet): (result: CodeResult) => Ended {
  const isOpened = door.startsWith('opened');
  return ({ value, logs }) => ({
    layer: isOpened ? 'jail' : 'interpreter',
    detail: isOpened ? 'nothing outside' : 'nothing there',
    told: JSON.stringify([value, logs]),
  });
}

const CODE_LAYERS: Readonly<Record<string, readonly [Layer, string]>> = {
  CODE_SYNTAX: ['interpreter', 'syntax'],
  CODE_REFUSED: ['policy', 'syntax tree'],
  CODE_ERROR: ['interpreter', 'error of the code'],
  CODE_TIMEOUT: ['limit', 'time'],
  CODE_MEMORY: ['limit', 'memory'],
  CODE_OUTPUT: ['limit', 'output'],
  CODE_INPUT: ['limit', 'input'],
  CODE_WORKER: ['kill', 'broke the protocol or ended'],
};

function ofError(error: unknown): Ended {
  if (!(error instanceof AppError)) {
    return { layer: 'kill', detail: 'broke', through: `threw ${String(error)}`, told: '' };
  }
  const { code, message, details } = error;
  const told = `${message} ${JSON.stringify(details ?? {})}`;
  const [layer, detail] = CODE_LAYERS[code] ?? [];
  if (layer === undefined || detail === undefined) {
    return { layer: 'kill', detail: code, through: `ended with ${code}`, told };
  }
  if (code !== 'CODE_ERROR') return { layer, detail, told };
  const errno = errnoIn(message);
  if (errno !== undefined) return { layer: 'jail', detail: errno, told };
  return { layer, detail: kindOf(message), told };
}

/** `TypeError` of `TypeError: ...`. */
function kindOf(message: string): string {
  return /^[A-Z]\w*(?:Error|Exception)\b/.exec(message)?.[0] ?? 'error of the code';
}
