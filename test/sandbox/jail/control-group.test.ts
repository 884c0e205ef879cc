import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlGroups, findControlGroups } from '../../../src/sandbox/jail/control-group.ts';
import { findJail, runOnce } from '../../../src/sandbox/jail/index.ts';
import { librariesOfThisNode } from '../../../src/sandbox/jail/node-libraries.ts';
import type { Program } from '../../../src/sandbox/launch.ts';

const PROGRAM: Program = {
  name: 'javascript',
  interpreter: process.execPath,
  args: [],
  files: [],
  reads: [],
};

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-groups-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

const at = (path: string) => join(root, 'sys/fs/cgroup', path);
const find = (isRoot = false) => findControlGroups({ root, isRoot });

/** A tree of version 2 in which the server is in a group of its own, inside a delegated one. */
function delegated(control = 'cpu memory pids'): void {
  put('proc/self/cgroup', '0::/system.slice/sluice.service/server\n');
  for (const place of ['system.slice/sluice.service', 'system.slice/sluice.service/server']) {
    put(`sys/fs/cgroup/${place}/cgroup.procs`, '');
    put(`sys/fs/cgroup/${place}/cgroup.subtree_control`, '');
  }
  writeFileSync(at('system.slice/sluice.service/cgroup.subtree_control'), control);
}

/** What the kernel would have made with the folder, so that settings have a place. */
function madeIn(groups: ControlGroups | undefined): string[] {
  groups?.make(PROGRAM);
  const folder = at('system.slice/sluice.service');
  return readdirSync(folder).filter((name) => name.startsWith('sluice-jail-'));
}

describe('control groups of version 2', () => {
  it('are made beside the server in what was delegated to it', () => {
    delegated();
    const groups = find();
    expect(groups?.descriptorsEach).toBe(1);
    expect(madeIn(groups)).toEqual([expect.stringMatching(`^sluice-jail-${process.pid}-`)]);
  });

  it('are not made where there is nothing that counts', () => {
    delegated();
    rmSync(at('system.slice/sluice.service/cgroup.procs'));
    rmSync(at('system.slice/sluice.service/server/cgroup.procs'));
    expect(find()).toBeUndefined();
  });

  it('are made only when the kernel counts memory and processes, for which it is asked', () => {
    delegated('cpu');
    // The file of this test is no kernel: it holds what is written, and nothing is counted.
    expect(find()).toBeUndefined();
    const control = at('system.slice/sluice.service/cgroup.subtree_control');
    expect(readFileSync(control, 'utf8')).toBe('+memory +pids');
  });

  it('are not made by root in a group that is not the server’s', () => {
    delegated();
    put('proc/self/cgroup', '0::/system.slice\n');
    put('sys/fs/cgroup/cgroup.procs', '');
    put('sys/fs/cgroup/cgroup.subtree_control', 'memory pids');
    expect(find(true)).toBeUndefined();
  });

  it('of servers that are gone are removed, those of living ones stay', () => {
    delegated();
    const gone = 'system.slice/sluice.service/sluice-jail-999999999-3';
    const alive = `system.slice/sluice.service/sluice-jail-${process.ppid}-1`;
    const other = 'system.slice/sluice.service/sluice-jail-x';
    for (const path of [gone, alive, other]) mkdirSync(at(path));
    find();
    const left = readdirSync(at('system.slice/sluice.service'));
    expect(left).not.toContain('sluice-jail-999999999-3');
    expect(left).toContain(`sluice-jail-${process.ppid}-1`);
    expect(left).toContain('sluice-jail-x');
  });

  it('of processes that are gone are removed with the next, and all at the end', async () => {
    delegated();
    const groups = find();
    groups?.make(PROGRAM).belongsTo(999_999_999);
    groups?.make(PROGRAM).belongsTo(process.pid);
    expect(madeIn(groups)).toHaveLength(2);
    await groups?.close();
    expect(readdirSync(at('system.slice/sluice.service')).sort()).toEqual([
      'cgroup.procs',
      'cgroup.subtree_control',
      'server',
    ]);
  });
});

describe('no control groups', () => {
  it('where the system has none', () => {
    expect(find()).toBeUndefined();
    expect(find(true)).toBeUndefined();
  });

  it('of version 1 for a server that is not root', () => {
    put('proc/self/cgroup', '4:memory:/\n8:pids:/\n');
    for (const name of ['memory', 'pids']) put(`sys/fs/cgroup/${name}/cgroup.procs`, '');
    expect(find(false)).toBeUndefined();
    expect(find(true)?.descriptorsEach).toBe(2);
  });
});

describe.skipIf(findControlGroups({ root: '/', isRoot: process.getuid?.() === 0 }) === undefined)(
  'the memory of a control group on this machine',
  () => {
    const MEBIBYTE = 1024 * 1024;
    const GIBIBYTE = 1024 * MEBIBYTE;

    /** What the kernel then holds a program to. */
    async function limitOf(
      name: Program['name'],
      options: { readonly memoryBytesMax?: number; readonly machineBytes?: number },
    ): Promise<number> {
      const isRoot = process.getuid?.() === 0;
      const groups = findControlGroups({ root: '/', isRoot, ...options });
      const opened = groups?.make({ ...PROGRAM, name }).open() ?? [];
      const folders = opened.map((number) => dirname(readlinkSync(`/proc/self/fd/${number}`)));
      for (const number of opened) closeSync(number);
      const files = folders.flatMap((folder) =>
        ['memory.limit_in_bytes', 'memory.max'].map((file) => join(folder, file)),
      );
      const limit = Number(readFileSync(files.find((file) => existsSync(file)) ?? '', 'utf8'));
      await groups?.close();
      return limit;
    }

    it('is a quarter of a small machine’s, whatever code may ask for', async () => {
      expect(await limitOf('python', { machineBytes: GIBIBYTE })).toBe(512 * MEBIBYTE);
      expect(await limitOf('python', { machineBytes: 64 * GIBIBYTE })).toBe(4_352 * MEBIBYTE);
      expect(await limitOf('javascript', { machineBytes: 64 * GIBIBYTE })).toBe(1_280 * MEBIBYTE);
    });

    it('is no more than whoever runs the server allows', async () => {
      const most = { memoryBytesMax: 200 * MEBIBYTE, machineBytes: 64 * GIBIBYTE };
      expect(await limitOf('python-data', most)).toBe(456 * MEBIBYTE);
      expect(await limitOf('javascript', most)).toBe(656 * MEBIBYTE);
    });
  },
);

const jail = await findJail();
const hasGroups =
  !('why' in jail) && jail.layers.some(({ name, isOn }) => name === 'control group' && isOn);

describe.skipIf(!hasGroups)('the control group of a jailed process on this machine', () => {
  const scripted = (text: string): Program => ({
    ...PROGRAM,
    args: ['/app/main.mjs'],
    files: [{ inside: '/app/main.mjs', content: Buffer.from(text) }],
    reads: librariesOfThisNode(),
  });

  it('holds the process from its start, bounds it, and is gone afterwards', async () => {
    if ('why' in jail) return;
    const before = readFileSync('/proc/self/cgroup', 'utf8');
    const seen: string[] = [];
    const launch = jail.launch(scripted('setTimeout(() => console.log(1), 300);'));
    const ending = runOnce({
      ...launch,
      started(pid) {
        launch.started?.(pid);
        const look = setInterval(() => {
          try {
            seen.push(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
          } catch {
            clearInterval(look);
          }
        }, 20);
      },
    });
    expect(await ending).toMatchObject({ code: 0, stdout: '1\n' });
    expect(seen.join('')).toMatch(new RegExp(`memory:.*sluice-jail-${process.pid}-\\w+`));
    expect(seen.join('')).toMatch(new RegExp(`pids:.*sluice-jail-${process.pid}-\\w+`));
    expect(readFileSync('/proc/self/cgroup', 'utf8')).toBe(before);
  });

  it('ends threads that multiply', async () => {
    if ('why' in jail) return;
    const script = `
      import { Worker } from 'node:worker_threads';
      let threads = 0;
      const done = (why) => { console.log(JSON.stringify({ threads, why })); process.exit(0); };
      process.on('uncaughtException', (error) => done(error.code));
      for (let count = 0; count < 200; count += 1) {
        const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
        worker.on('error', (error) => done(error.code));
        worker.on('online', () => { threads += 1; if (threads === 200) done('all'); });
      }`;
    const ending = await runOnce(jail.launch(scripted(script)));
    expect(ending.stdout).not.toContain('"why":"all"');
  });

  it('leaves no group behind', async () => {
    if ('why' in jail) return;
    await jail.close();
    const groups = readFileSync('/proc/self/cgroup', 'utf8').matchAll(/:(memory|pids):(.*)$/gm);
    for (const [, controller, path] of groups) {
      const names = readdirSync(join('/sys/fs/cgroup', controller ?? '', path ?? ''));
      expect(names.filter((name) => name.startsWith(`sluice-jail-${process.pid}-`))).toEqual([]);
    }
  });
});
