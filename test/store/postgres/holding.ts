import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Holder {
  readonly child: ChildProcess;
  /** The first line that it prints: what it holds, or why it does not. */
  readonly told: Promise<Readonly<Record<string, unknown>>>;
  readonly ended: Promise<void>;
}

/** Bundles the holder to where its packages are found, as dist is. */
export async function bundleHolder(): Promise<string> {
  const outfile = join(ROOT, '.cache', `test-holder-${process.pid}`, 'holder.mjs');
  await build({
    entryPoints: [join(ROOT, 'test', 'store', 'postgres', 'holder.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
  });
  return outfile;
}

/** Starts a holder; it is killed at the end of the test if it still lives. */
export function hold(file: string, dataDir: string, prefix: readonly string[] = []): Holder {
  const [command = '', ...args] = [...prefix, process.execPath, file, dataDir];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const told = new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.includes('\n')) resolve(JSON.parse(text));
    });
    child.once('close', () => reject(new Error(`ended without a word: ${text}`)));
  });
  told.catch(() => {});
  return { child, told, ended };
}

/** A folder of one test, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-pg-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The process number of the PostgreSQL that runs on a data folder. */
export function postmasterOf(dataDir: string): number {
  return Number(
    readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0],
  );
}

/** Asks until the answer is there; the test's own limit ends it. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
