import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findJail, javascriptProgram, runOnce } from '../../../src/sandbox/jail/index.ts';
import type { Jail, Program } from '../../../src/sandbox/launch.ts';
import { buildProgramsForTest, type Programs } from './programs.ts';

const found = await findJail();

describe.skipIf('why' in found)('the jail of this machine', () => {
  const jail = found as Jail;
  let programs: Programs;
  let folder = '';
  beforeAll(async () => {
    programs = await buildProgramsForTest();
    folder = mkdtempSync(join(tmpdir(), 'sluice-jail-test-'));
  });
  afterAll(async () => {
    await jail.close();
    programs.remove();
    rmSync(folder, { recursive: true });
  });

  /** Node with the text as its main file, which prints JSON. */
  function scripted(text: string): Program {
    const content = Buffer.from(text);
    const program = javascriptProgram(programs.url);
    return { ...program, args: ['/app/main.mjs'], files: [{ content, inside: '/app/main.mjs' }] };
  }

  async function told(program: Program): Promise<unknown> {
    const ending = await runOnce(jail.launch(program));
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(ending.stdout);
  }

  it('runs the worker until its input ends', async () => {
    const ending = await runOnce(jail.launch(javascriptProgram(programs.url)));
    expect(ending).toMatchObject({ code: 0, stderr: '' });
    expect(ending.stdout).toContain('{"kind":"ready"}');
  });

  it('shows a process itself, and nothing but our files and its libraries', async () => {
    const script = `
      import { readdirSync } from 'node:fs';
      const list = (path) => { try { return readdirSync(path); } catch (e) { return e.code; } };
      const places = ['/', '/app', '/etc', '/proc', '/dev', '/tmp', '/root', '/home'];
      const seen = Object.fromEntries(places.map((path) => [path, list(path)]));
      const { pid, ppid } = process;
      console.log(JSON.stringify({ pid, ppid, uid: process.getuid(), env: process.env, seen }));`;
    const { seen, ...rest } = (await told(scripted(script))) as Record<string, unknown>;
    expect(rest).toEqual({ pid: 1, ppid: 0, uid: 65_534, env: { TZ: 'UTC', PWD: '/' } });
    const gone = Object.fromEntries(
      ['/etc', '/proc', '/dev', '/tmp', '/root', '/home'].map((path) => [path, 'ENOENT']),
    );
    expect(seen).toMatchObject({ ...gone, '/app': ['main.mjs'] });
    const { '/': root } = seen as Record<string, string[]>;
    expect(root?.filter((name) => !['app', 'lib', 'lib64', 'usr', 'opt'].includes(name))).toEqual(
      [],
    );
  });

  it('gives each start its files anew', async () => {
    const launch = jail.launch(scripted('console.log(JSON.stringify(7))'));
    for (let start = 0; start < 3; start += 1) {
      expect(await runOnce(launch)).toMatchObject({ code: 0, stdout: '7\n' });
    }
  });

  it.skipIf(process.getuid?.() !== 0)('runs what only root can reach by its path', async () => {
    const hidden = join(folder, 'hidden');
    mkdirSync(join(hidden, 'library'), { recursive: true });
    const interpreter = join(hidden, 'node');
    copyFileSync(process.execPath, interpreter);
    writeFileSync(join(hidden, 'library/file'), 'read');
    chmodSync(hidden, 0o700);
    const script = `
      import { readFileSync, readdirSync } from 'node:fs';
      const text = readFileSync('${hidden}/library/file', 'utf8');
      console.log(JSON.stringify([process.execPath, text, readdirSync('${hidden}')]));`;
    const program = scripted(script);
    const reads = [...program.reads, join(hidden, 'library')];
    const mounts = readFileSync('/proc/self/mounts', 'utf8');
    expect(await told({ ...program, interpreter, reads })).toEqual([
      interpreter,
      'read',
      ['library', 'node'],
    ]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(mounts);
  });

  it('ends with the process that started it', async () => {
    const launch = jail.launch(scripted("console.log('1'); setInterval(() => {}, 1000);"));
    const ending = runOnce({
      ...launch,
      started(pid) {
        launch.started?.(pid);
        process.kill(pid, 'SIGKILL');
      },
    });
    // Its output closes only when the process inside is gone as well.
    expect(await ending).toMatchObject({ code: null });
  });

  it.skipIf(!existsSync('/proc/self/oom_score_adj'))(
    'gives way to the server when the machine is short of memory',
    async () => {
      const launch = jail.launch(scripted('setInterval(() => {}, 1000);'));
      const own = readFileSync('/proc/self/oom_score_adj', 'utf8');
      let seen = '';
      await runOnce({
        ...launch,
        started(pid) {
          launch.started?.(pid);
          const look = setInterval(() => {
            const [inside] = childrenOf(pid);
            if (inside === undefined) return;
            try {
              seen = readFileSync(`/proc/${inside}/oom_score_adj`, 'utf8');
            } catch {
              return; // It became another process meanwhile: the next look finds that.
            }
            clearInterval(look);
            // First the one inside: so early it does not yet end with the one that started it.
            process.kill(Number(inside), 'SIGKILL');
            process.kill(pid, 'SIGKILL');
          }, 10);
        },
      });
      expect(seen).toBe('1000\n');
      expect(readFileSync('/proc/self/oom_score_adj', 'utf8')).toBe(own);
    },
  );

  it('tells what it is made of', () => {
    expect(jail.layers.map(({ name }) => name)).toEqual([
      'user',
      'namespaces',
      'file system',
      'capabilities',
      'environment',
      'system call filter',
      'no further user namespaces',
      'limits',
      'control group',
    ]);
    expect(jail.layers.filter(({ isOn }) => !isOn).map(({ name }) => name)).not.toContain('user');
  });
});

function childrenOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

it('starts nothing once it was closed', async () => {
  const jail = await findJail();
  if ('why' in jail) return;
  await jail.close();
  expect(() => jail.launch({} as Program)).toThrow(/closed/);
});
