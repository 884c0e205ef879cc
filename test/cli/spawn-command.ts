import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));

export interface Ended {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sends the signal once the output holds the text. */
  readonly stop?: { readonly once: string; readonly signal: 'SIGINT' | 'SIGTERM' };
}

/** Runs the shipped command as a person does, with nothing of our environment, to its end. */
export function sluice(words: readonly string[], started: Started): Promise<Ended> {
  return startSluice(words, started).ended;
}

/** As `sluice`, for commands that go on: what is printed so far can be waited for. */
export function startSluice(
  words: readonly string[],
  started: Started,
): {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with standard output once it holds the text; rejects when the command ends first. */
  printed(text: string): Promise<string>;
} {
  const { PATH = '', HOME = started.cwd } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...words], {
    cwd: started.cwd,
    env: { PATH, HOME, ...started.env },
  });
  let out = '';
  let err = '';
  let waiting: (() => void)[] = [];
  let isStopped = false;
  child.stdout.on('data', (chunk) => {
    out += chunk;
    for (const look of waiting) look();
    if (started.stop !== undefined && !isStopped && out.includes(started.stop.once)) {
      isStopped = true;
      child.kill(started.stop.signal);
    }
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  // A command that does not read its input may end before all of it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(started.input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => resolve({ exit, out, err }));
  });
  const printed = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        if (!out.includes(text)) return;
        waiting = waiting.filter((one) => one !== look);
        resolve(out);
      };
      waiting.push(look);
      look();
      ended.then(
        ({ exit }) => reject(new Error(`it ended with ${exit} before it printed ${text}: ${err}`)),
        reject,
      );
    });
  return { child, ended, printed };
}
