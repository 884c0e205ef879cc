import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What a process of the pool finds open, told as its end; two processes, one after the other. */
const SERVER = `
import { readdirSync, readlinkSync } from 'node:fs';
import { CodeProcess } from './src/sandbox/code-process.ts';
const look = "const fs = require('node:fs'); process.stderr.write(fs.readdirSync('/proc/self/fd')" +
  ".map((fd) => { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } })" +
  ".filter((to) => to.startsWith('/etc')).join()); process.exit(1)";
const told = [];
for (const _ of [1, 2]) {
  const launch = { command: process.execPath, args: ['-e', look], env: {}, cwd: '/' };
  const worker = new CodeProcess(launch);
  const job = { kind: 'run', code: '', names: [], timeoutMs: 9000, outputBytes: 1 };
  const signal = new AbortController().signal;
  told.push((await worker.ask({ job, body: '', signal, logs() {} })).how);
  await worker.ended;
}
const own = readdirSync('/proc/self/fd').length;
process.stdout.write(JSON.stringify({ told, own }));
`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-inherited-'));
  await build({
    stdin: { contents: SERVER, resolveDir: process.cwd(), loader: 'ts' },
    ...{ outfile: join(folder, 'server.mjs'), bundle: true, format: 'esm', platform: 'node' },
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function toldBy(opened: string) {
  const command = `${opened} exec "$0" "$1"`;
  const args = ['-c', command, process.execPath, join(folder, 'server.mjs')];
  const { stdout } = await promisify(execFile)('/bin/bash', args);
  return JSON.parse(stdout) as { readonly told: readonly string[]; readonly own: number };
}

describe.skipIf(process.platform !== 'linux')('what a server was started with', () => {
  it('is not open in the processes for code, at whatever number', async () => {
    const plain = await toldBy('');
    const found = await toldBy('exec 40</etc/hostname 200</etc 251</etc/passwd;');
    expect(found.told).toEqual(['ended with exit code 1', 'ended with exit code 1']);
    // Nothing is left open here but those three.
    expect(found.own).toBeLessThanOrEqual(plain.own + 3);
  });
});
