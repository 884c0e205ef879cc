import type { CodeRequest, CodeResult, PythonRequest } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { type Call, runCall } from './code-runner.ts';
import { stoppedError } from './failure.ts';
import { Findings, type Image, isAbsent } from './findings.ts';
import { Footings } from './footings.ts';
import { javascriptCall } from './javascript-call.ts';
import type { JailPosture, NoJail } from './launch.ts';
import { type Machine, thisMachine } from './machine.ts';
import { findPosture } from './posture.ts';
import { type PythonCall, pythonCall, pythonLevel, wantsTables } from './python-call.ts';
import type { Payer, Sandbox, SandboxOptions } from './sandbox.ts';
import { reported, type ScriptRecord } from './script-record.ts';

const PLAINLY = 'JavaScript runs in a process without one, and Python is refused';

/**
 * Opens the sandbox of this process; nothing starts yet. Calls wait for the self-test of their own
 * language while its first process starts. Close it at the end: it owns processes, and what the
 * jail made on the machine.
 */
export function openSandbox(options: SandboxOptions, machine?: Machine): Sandbox {
  return new OpenSandbox(options, machine ?? thisMachine(options));
}

class OpenSandbox implements Sandbox {
  readonly #options: SandboxOptions;
  readonly #findings: Findings;
  readonly #footings: Footings;
  #posture: Promise<JailPosture> | undefined;

  constructor(options: SandboxOptions, machine: Machine) {
    this.#options = options;
    this.#findings = new Findings(machine, warnOnce(options));
    this.#footings = new Footings(this.#findings, options);
  }

  get pids(): readonly number[] {
    return this.#footings.pids;
  }

  javascript(request: CodeRequest, payer: Payer): Promise<CodeResult> {
    const record = newRecord('javascript');
    return reported(request, record, async () => {
      const defaults = { timeoutMs: this.#options.javascriptTimeoutMs };
      const call = { ...javascriptCall(request, defaults), payer };
      return await this.#run('javascript', call, record);
    });
  }

  python(request: PythonRequest, payer: Payer): Promise<CodeResult> {
    const { python } = this.#options;
    const record = { ...newRecord('python'), level: pythonLevel(request, python) };
    return reported(request, record, async () => {
      const call = { ...pythonCall(request, python), payer };
      return await this.#run(await this.#imageOf(call), call, record);
    });
  }

  posture(): Promise<JailPosture> {
    this.#posture ??= findPosture(this.#findings, this.#options.jail).then((posture) => {
      // What could not be tried is tried again when somebody asks again.
      if (posture.problem !== undefined) this.#posture = undefined;
      return posture;
    });
    return this.#posture;
  }

  async close(): Promise<void> {
    await this.#footings.close();
    await this.#posture;
    await this.#findings.close();
  }

  /** A Python without tables runs the code all the same, which is then told what it lacks. */
  async #imageOf({ job, signal }: PythonCall): Promise<Image> {
    if (!wantsTables(job)) return 'python';
    const python = await orStopped(this.#findings.python(), signal);
    const hasTables = !isAbsent(python) && Object.keys(python.modules).length > 0;
    return hasTables ? 'python-data' : 'python';
  }

  async #run(image: Image, call: Call, record: ScriptRecord): Promise<CodeResult> {
    const footing = await orStopped(this.#footings.of(image), call.signal);
    if (isAbsent(footing)) throw jailAbsent(record, footing, this.#options.jail);
    record.jail = footing.jail;
    return await runCall(footing.pool, call, record);
  }
}

function newRecord(language: ScriptRecord['language']): ScriptRecord {
  return { language, jail: 'process', ranMs: 0, isLogCut: false };
}

function jailAbsent(
  { language }: ScriptRecord,
  { why, remedy }: NoJail,
  jail: SandboxOptions['jail'],
): AppError {
  const required = 'with CODE_JAIL=required, JavaScript runs only in a jail, and there is none';
  const failed = 'JavaScript does not run, as the jail of this machine cannot be relied on';
  const python = 'Python runs only in a jail, and there is none';
  const what = language === 'python' ? python : jail === 'required' ? required : failed;
  return new AppError('CODE_JAIL_ABSENT', { message: `${what}: ${why}`, remedy, retryable: false });
}

/** Tells each problem once, and what follows from it. */
function warnOnce({ jail, warn }: SandboxOptions): Findings['warn'] {
  const told = new Set<string>();
  return ({ why, remedy }, image) => {
    if (told.has(why)) return;
    told.add(why);
    const without = jail === 'required' ? 'no code runs' : PLAINLY;
    const language = image === 'javascript' ? 'JavaScript' : 'Python';
    const then = image === undefined ? without : `${language} is refused`;
    warn?.(`there is no jail for code, so ${then}: ${why}`, remedy);
  };
}

/** What it resolves to, unless the signal aborts first. */
async function orStopped<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw stoppedError(signal);
  let abort = () => {};
  const stopped = new Promise<never>((_, reject) => {
    abort = () => reject(stoppedError(signal));
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
