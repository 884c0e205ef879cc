import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COPIED = ['package.json', 'package-lock.json', 'bin', 'dist', 'docs', 'examples', 'scripts'];

/** A clone as it is after its dependencies and build are there, and before its first start. */
export function makeClone(): { readonly folder: string; remove(): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-clone-')));
  // The sources come along because the build is judged by them.
  for (const name of [...COPIED, 'src']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'home'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A port that nothing listens on. */
export function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** `npm start` as a person runs it, in a process group of its own. */
export interface Started {
  readonly child: ChildProcess;
  /** All that was printed on both streams so far. */
  text(): string;
  /** Resolves once the text is printed; rejects when it ends before. */
  printed(text: string): Promise<void>;
  /** The exit code, once all its processes have let go of the output. */
  readonly ended: Promise<number | null>;
  /** To every process of the group, as Ctrl-C in a terminal does. */
  signalGroup(signal: NodeJS.Signals): void;
}

export function npmStart(folder: string, env: Readonly<Record<string, string>>): Started {
  return startIn(folder, ['npm', 'start'], env);
}

/** Runs the words in the clone with nothing of our environment. */
export function startIn(
  folder: string,
  [command = '', ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
): Started {
  const child = spawn(command, words, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  const look = new Set<() => void>();
  const keep = (chunk: string) => {
    text += chunk;
    for (const one of look) one();
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const printed = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const one = () => {
        if (!text.includes(wanted)) return;
        look.delete(one);
        resolve();
      };
      look.add(one);
      one();
      ended.then(
        (exit) => reject(new Error(`ended with ${exit} before "${wanted}": ${text}`)),
        reject,
      );
    });
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch (error) {
      // All of them have ended already.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  return { child, text: () => text, printed, ended, signalGroup };
}
