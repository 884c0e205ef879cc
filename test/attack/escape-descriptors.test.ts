import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildReal } from './programs.ts';

const CANARY = 'canary-behind-a-descriptor';

/** A server's part of it: one call of plain code at the level trusted. */
const SERVER = `
import { pathToFileURL } from 'node:url';
import { openSandbox } from './src/sandbox/index.ts';
const [programs, code] = process.argv.slice(2);
const python = { level: 'normal', levelMax: 'trusted', timeoutMs: 9000, outputBytesMax: 99999,
  memoryBytesMax: 2 ** 30 };
const sandbox = openSandbox({
  programs: pathToFileURL(programs + '/'), jail: 'required', javascriptTimeoutMs: 5000, python,
  workers: 1,
});
const request = {
  code, names: {}, seed: 1, nowMs: 0, level: 'trusted', allowedImports: [], outputBytes: 9999,
  signal: new AbortController().signal, report() {},
};
const told = await sandbox.python(request, 'mallory').then(({ value }) => value, String);
process.stdout.write(JSON.stringify(told));
await sandbox.close();
`;

/** Starts a program with a folder open at a high number, as \`exec 200<folder\` in bash does. */
const STARTER = `
import os, sys
os.dup2(os.open(sys.argv[1], os.O_RDONLY), 200, inheritable=True)
os.execv(sys.argv[2], sys.argv[2:])
`;

/** Plain code of a flow; its second line gets past the policy, see escape-policy. */
const CODE = `import enum
posix = enum.Enum._convert_("Z", "posix", lambda name: name in ("open", "read"))
result = posix.read.value(posix.open.value("file", 0, dir_fd=200), 99).decode()`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-escape-'));
  // The jail's user may read both by their rights alone: /etc is no other.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'file'), CANARY, { mode: 0o644 });
  await buildReal(join(folder, 'programs'));
  await build({
    stdin: { contents: SERVER, resolveDir: process.cwd(), loader: 'ts' },
    ...{ outfile: join(folder, 'server.mjs'), bundle: true, format: 'esm', platform: 'node' },
  });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a server that was started with a descriptor open that is not its own', () => {
  it('gives nothing behind it to code in the jail', async () => {
    const server = [process.execPath, join(folder, 'server.mjs'), join(folder, 'programs'), CODE];
    const args = ['-c', STARTER, folder, ...server];
    const { stdout } = await promisify(execFile)('/usr/bin/python3', args, { timeout: 30_000 });

    expect(stdout).not.toContain(CANARY);
  });
});
