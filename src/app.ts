import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type ExecutionId,
  FILE_LIMITS,
  seededRandom,
  seedFromText,
  systemClock,
  type Value,
} from './base/index.ts';
import { capabilityHouse } from './capabilities.ts';
import type {
  CommandContext,
  FlowText,
  InputProblem,
  LocalFlows,
  RunRequest,
} from './cli/index.ts';
import { decodeKey, type Settings } from './config/index.ts';
import type { Capabilities, ExecutionResult, JailPosture } from './contract/index.ts';
import { uuidv7 } from './crypto/index.ts';
import { execute, memoryJournal, spawnNode } from './engine/index.ts';
import { AppError, asAppError } from './errors/index.ts';
import {
  checkInputs,
  compile,
  type InputDeclaration,
  parseInputText,
  readData,
} from './language/index.ts';
import { NODE_TYPES } from './nodes/index.ts';

/** What the composition root is handed by main.ts. */
export interface AppOptions {
  readonly settings: Settings;
  /** All of standard input, at most `bytesMax` and one byte more. */
  readStandardInput(bytesMax: number): Promise<Uint8Array>;
  /** The folder of the built programs that run code. */
  readonly programs: URL;
  /** Told of what the person should know of the jail, once each. */
  readonly warn?: (message: string, remedy: string) => void;
}

export interface App extends LocalFlows {
  /** How code is held on this machine. Never rejects. */
  posture(): Promise<JailPosture>;
  /** Checks a copy of the audit with ENCRYPTION_KEY. Errors: FILE_NOT_FOUND, SETTINGS_INVALID. */
  readonly auditCopy: NonNullable<CommandContext['auditCopy']>;
  /** Ends worker processes and connections; the app is of no use afterwards. */
  close(): Promise<void>;
}

/**
 * Puts the house together for local commands: language, nodes, engine on a journal in memory, and
 * the guarded capabilities. Parts that only some flows need are loaded when a flow needs them.
 */
export function createApp(options: AppOptions): App {
  const { settings } = options;
  const textBytes = settings.MAX_YAML_SIZE;
  const capabilities = capabilityHouse(options);
  return {
    readText: (path) => readText(path, textBytes, options),
    compile: ({ file, bytes }) =>
      compile(bytes, {
        file,
        nodeTypes: NODE_TYPES,
        limits: { textBytes },
        unsafeTemplates: settings.TEMPLATE_UNSAFE,
        pythonLevel: settings.PYTHON_SECURITY_LEVEL,
      }),
    parseInput,
    checkInputs,
    readInputs: async (path) => {
      const { bytes } = await readText(path, FILE_LIMITS.fileBytes, options);
      return readData(bytes, path);
    },
    run: async (request) => {
      const workspace = await workspaceOf(request.workspace);
      const { plan } = request;
      const needed = await capabilities.open({
        plan,
        payer: '',
        // Whoever runs it here gives it what they have themselves.
        grants: 'all',
        workspace: async () => workspace,
      });
      return runPlan(request, settings, needed);
    },
    posture: capabilities.posture,
    auditCopy: (path) => auditCopy(path, settings),
    close: capabilities.close,
  };
}

async function auditCopy(path: string, settings: Settings) {
  const { copyLines, sealKeys, verifyCopy } = await import('./audit/index.ts');
  const [current, ...previous] = [settings.ENCRYPTION_KEY, ...settings.ENCRYPTION_KEYS_PREVIOUS]
    .map(decodeKey)
    .filter((key) => key !== undefined);
  if (current === undefined) {
    throw new AppError('SETTINGS_INVALID', {
      message: 'a copy is checked with ENCRYPTION_KEY, which is not set',
      remedy: 'Set ENCRYPTION_KEY to that of the server which wrote the copy.',
    });
  }
  return verifyCopy(copyLines(path), sealKeys({ current, previous }));
}

function runPlan(
  request: RunRequest,
  settings: Settings,
  capabilities: Partial<Capabilities>,
): Promise<ExecutionResult> {
  const executionId = uuidv7(systemClock.now()) as ExecutionId; // Makes the id of a local run.
  return execute(request.plan, request.inputs, {
    executionId,
    ports: {
      clock: systemClock,
      random: seededRandom(seedFromText(executionId)),
      journal: memoryJournal(),
      spawn: spawnNode(capabilities, systemClock),
    },
    limits: {
      timeoutMs: settings.EXECUTION_TIMEOUT,
      concurrency: settings.EXECUTION_CONCURRENCY,
    },
    signal: request.signal,
    onEvent: request.onEvent,
  });
}

function parseInput(declaration: InputDeclaration, text: string): { value: Value } | InputProblem {
  try {
    return { value: parseInputText(declaration, text) };
  } catch (thrown) {
    const { code, message, remedy } = asAppError(thrown);
    if (code !== 'INPUT_INVALID') throw thrown;
    return { code, message, remedy, input: declaration.name };
  }
}

async function workspaceOf(folder: string): Promise<string> {
  const path = resolve(folder);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory()) return path;
  throw new AppError('FILE_NOT_FOUND', {
    message: `the workspace ${folder} is not a folder`,
    remedy: 'Name an existing folder with --workspace.',
  });
}

async function readText(path: string, bytesMax: number, options: AppOptions): Promise<FlowText> {
  if (path === '-') {
    return { file: '(standard input)', bytes: await options.readStandardInput(bytesMax) };
  }
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) {
    throw new AppError('FILE_NOT_FOUND', { message: `there is no file ${path}` });
  }
  if (!stats.isFile()) {
    throw new AppError('FILE_NOT_FOUND', {
      message: `${path} is not a file`,
      remedy: 'Name a flow in a YAML or JSON file, or - for standard input.',
    });
  }
  if (stats.size > bytesMax) {
    throw new AppError('FLOW_TOO_LARGE', {
      message: `${path} has ${stats.size} bytes; at most ${bytesMax} are read`,
    });
  }
  const bytes = await readFile(path).catch((cause) => {
    throw new AppError('FILE_NOT_FOUND', { message: `${path} cannot be read`, cause });
  });
  return { file: path, bytes };
}
