import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonFilters } from './jail/index.ts';
import { readLook } from './python-look.ts';
import { findPython } from './python-program.ts';

const programs = new URL('./', import.meta.url);
const filters = pythonFilters();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-python-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that prints what a Python would print when it is asked for its version. */
function standIn(name: string, printed: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${printed}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('findPython', () => {
  it('finds the Python of this machine and what its jail must have', async () => {
    const python = await findPython({ programs, filters });
    if ('why' in python) throw new Error(python.why);
    expect(python.version).toMatch(/^3\.1\d\.\d+$/);
    const core = python.program('python');
    expect(core.interpreter).toMatch(/^\/usr\/(?:local\/)?bin\/python3\.\d+$/);
    expect(core.reads).toContainEqual(expect.stringMatching(/\/lib\/python3\.\d+$/));
    expect(core.reads).not.toContainEqual(expect.stringMatching(/^\/(?:etc|home|root|proc|usr)?$/));
    expect(core.reads).not.toContainEqual(expect.stringContaining('-packages'));
    expect(core.environment).toMatchObject({ PYTHONHASHSEED: '0' });
    const inside = core.files.map((file) => file.inside);
    expect(inside).toEqual(
      expect.arrayContaining(['/app/python/serve.py', '/app/child.bpf', '/app/child-reading.bpf']),
    );
    expect(core.args.join(' ')).not.toContain('"lock"');
  });

  it('gives tables only what they load, with their versions', async () => {
    const python = await findPython({ programs, filters });
    if ('why' in python || python.modules.pandas === undefined) return;
    expect(python.modules).toEqual({
      numpy: expect.stringMatching(/^\d/),
      pandas: expect.stringMatching(/^\d/),
    });
    const { reads } = await python.program('python-data');
    const packages = reads.filter((path) => path.includes('-packages'));
    expect(packages.map((path) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['numpy', 'pandas', 'dateutil']),
    );
    expect(packages.every((path) => !path.endsWith('-packages'))).toBe(true);
  });

  it('starts one process, and one more for tables once they are asked for', async () => {
    const log = join(folder, 'started');
    const record = `echo "$*" | grep -o '[a-z]*$' >> ${log}`;
    const interpreter = standIn('recorder', `${record}\nexec /usr/bin/python3 "$@"`);
    const python = await findPython({ programs, filters, interpreter });
    if ('why' in python) throw new Error(python.why);
    expect(readFileSync(log, 'utf8')).toBe('core\n');
    await Promise.allSettled([python.program('python-data'), python.program('python-data')]);
    expect(readFileSync(log, 'utf8')).toBe('core\ndata\n');
  });

  it.each([
    ['that is not there', () => join(folder, 'absent'), /^there is no Python at /],
    ['that is too old', () => standIn('old', 'echo cpython 3.9.18'), /is Python 3\.9$/],
    ['of version 2', () => standIn('two', 'echo cpython 2.7.18'), /is Python 2\.7$/],
    ['of another kind', () => standIn('pypy', 'echo pypy 3.10.1'), /is pypy, not CPython$/],
    ['that fails', () => standIn('fails', 'exit 1'), /is no Python 3: it failed$/],
    [
      'without its library',
      () =>
        standIn(
          'bare',
          'case "$*" in *-c*) echo cpython 3.11.2;; *) echo no json >&2; exit 1; esac',
        ),
      /lacks a part of its library: no json$/,
    ],
  ])('tells why and what to do about a Python %s', async (_, interpreter, why) => {
    expect(await findPython({ programs, filters, interpreter: interpreter() })).toEqual({
      why: expect.stringMatching(why),
      remedy: 'Install Python 3.10 or later (apt install python3), or set PYTHON_INTERPRETER.',
    });
  });
});

describe('readLook', () => {
  it('takes the last line and nothing that is not of the shape', () => {
    const paths = { executable: '/p', reads: ['/l'], folders: [] };
    const look = { implementation: 'cpython', version: '3.11.2', ...paths, modules: {} };
    expect(readLook(`warning\n${JSON.stringify(look)}\n`)).toEqual(look);
    for (const text of ['', 'x', '[]', 'null', JSON.stringify({ ...look, reads: [1] })]) {
      expect(readLook(text)).toBeUndefined();
    }
  });
});
