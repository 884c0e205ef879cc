import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileCapability } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { openWorkspace } from './paths.ts';

const CORPORA = process.env.CORPORA_DIR ?? '../shared/corpora';

let top = '';
let root = '';
let files: FileCapability;

beforeEach(async () => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'paths-')));
  root = join(top, 'work');
  mkdirSync(join(root, 'sub'), { recursive: true });
  mkdirSync(join(top, 'outside'));
  mkdirSync(join(top, 'workshop'));
  writeFileSync(join(top, 'outside', 'secret.txt'), 'SECRET');
  writeFileSync(join(top, 'workshop', 'secret.txt'), 'SECRET');
  writeFileSync(join(root, 'a.txt'), 'inside');
  writeFileSync(join(root, 'sub', 'b.txt'), 'below');
  files = await openWorkspace({
    root,
    deniedPatterns: ['*.pem', '*password*', '.env*'],
    fileBytesMax: 1_000,
  });
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const text = (data: Uint8Array) => Buffer.from(data).toString();

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.retryable).toBe(error.code === 'NODE_FAILED');
    return error.code;
  }
  return 'none';
}

async function drain(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of files.stream(path)) pieces.push(piece);
  return text(Buffer.concat(pieces));
}

describe('reading', () => {
  it('reads files of the workspace, by relative and by absolute path', async () => {
    expect(text(await files.read('a.txt'))).toBe('inside');
    expect(text(await files.read('./sub//b.txt'))).toBe('below');
    expect(text(await files.read(join(root, 'sub/b.txt')))).toBe('below');
    expect(await drain('sub/b.txt')).toBe('below');
    writeFileSync(join(root, 'empty'), '');
    expect((await files.read('empty')).length).toBe(0);
    writeFileSync(join(root, '50%25 of ünïcode.txt'), 'odd');
    expect(text(await files.read('50%25 of ünïcode.txt'))).toBe('odd');
  });

  it.each([
    ['..', '../outside/secret.txt'],
    ['.. that comes back', 'sub/../a.txt'],
    ['a backslash', '..\\outside\\secret.txt'],
    ['percent-encoded dots', '%2e%2e/outside/secret.txt'],
    ['percent-encoded slashes', '..%2foutside%2fsecret.txt'],
    ['percent-encoded backslashes', '..%5coutside'],
    ['an encoded NUL', 'inside.txt%00.png'],
    ['a double-encoded NUL', '%2500'],
    ['double encoding', '%252e%252e/outside/secret.txt'],
    ['double-encoded slashes', '..%252foutside'],
    ['mixed case encoding', '%2E%2e%2Foutside'],
    ['an absolute path outside', '/etc/passwd'],
    ['a NUL', 'a.txt\0.png'],
    ['a line break', 'a\n.txt'],
    ['a C1 control', 'a\u0085.txt'],
    ['half a character', 'a\ud800.txt'],
    ['no text', ''],
    ['blanks', '   '],
    ['a very long path', 'a/'.repeat(3_000)],
    ['a very long name', 'a'.repeat(256)],
  ])('refuses %s', async (_attack, path) => {
    expect(await codeOf(files.read(path))).toBe('PATH_REFUSED');
    expect(await codeOf(drain(path))).toBe('PATH_REFUSED');
    expect(await codeOf(files.write(path, new Uint8Array(1)))).toBe('PATH_REFUSED');
  });

  it('refuses a sibling folder whose name begins like the workspace', async () => {
    expect(await codeOf(files.read(join(top, 'workshop/secret.txt')))).toBe('PATH_REFUSED');
  });

  it.each([
    ['unicode dots', '．．/outside/secret.txt'],
    ['a two-dot leader', '‥/outside/secret.txt'],
    ['overlong dots', '%c0%ae%c0%ae/outside/secret.txt'],
    ['triple encoding', '%25252e%25252e/outside/secret.txt'],
    ['a semicolon', '..;/outside/secret.txt'],
    ['four dots', '..../outside/secret.txt'],
    ['a home', '~/secret.txt'],
    ['a variable', '$HOME/secret.txt'],
    ['a URL', 'file:///etc/passwd'],
    ['a drive', 'C:\\secret.txt'],
  ])('takes %s for the plain name of a file that is not there', async (_attack, path) => {
    expect(await codeOf(files.read(path))).toBe('PATH_NOT_FOUND');
  });

  it('judges a symbolic link by where it leads', async () => {
    symlinkSync(join(top, 'outside/secret.txt'), join(root, 'link.txt'));
    symlinkSync(join(top, 'outside'), join(root, 'folder'));
    symlinkSync('../outside/secret.txt', join(root, 'relative.txt'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('a.txt', join(root, 'fine.txt'));
    symlinkSync('gone', join(root, 'dangling'));
    expect(await codeOf(files.read('link.txt'))).toBe('PATH_REFUSED');
    expect(await codeOf(files.read('folder/secret.txt'))).toBe('PATH_REFUSED');
    expect(await codeOf(files.read('relative.txt'))).toBe('PATH_REFUSED');
    expect(await codeOf(files.read('loop'))).toBe('PATH_REFUSED');
    expect(await codeOf(files.read('dangling'))).toBe('PATH_NOT_FOUND');
    expect(text(await files.read('fine.txt'))).toBe('inside');
    await expect(files.read('link.txt')).rejects.toThrow(
      'the path "link.txt" leads outside the workspace',
    );
  });

  it('denies a link with a harmless name to a denied file, and the file itself', async () => {
    writeFileSync(join(root, 'server.KEY'), 'SECRET');
    symlinkSync('server.KEY', join(root, 'notes.txt'));
    expect(await codeOf(files.read('notes.txt'))).toBe('PATH_DENIED');
    expect(await codeOf(files.read('server.KEY'))).toBe('PATH_DENIED');
    expect(await codeOf(files.read('not-there.key'))).toBe('PATH_DENIED');
  });

  it('refuses folders, fifos and sockets without waiting on them', async () => {
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    expect(await codeOf(files.read('sub'))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.read('.'))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.read('fifo'))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.read('socket'))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.read('a.txt/b'))).toBe('PATH_NOT_FOUND');
    server.close();
  });

  it('reads up to the size limit and not one byte more', async () => {
    writeFileSync(join(root, 'limit'), Buffer.alloc(1_000));
    writeFileSync(join(root, 'over'), Buffer.alloc(1_001));
    expect((await files.read('limit')).length).toBe(1_000);
    expect(await codeOf(files.read('over'))).toBe('FILE_TOO_LARGE');
    expect(await codeOf(drain('over'))).toBe('FILE_TOO_LARGE');
  });

  it('cannot see that a file is a hard link: the documented limit', async () => {
    linkSync(join(top, 'outside/secret.txt'), join(root, 'hard.txt'));
    expect(text(await files.read('hard.txt'))).toBe('SECRET');
  });

  it('never reads outside while a folder is swapped for a link', async () => {
    symlinkSync(join(top, 'outside'), join(root, 'evil'));
    mkdirSync(join(root, 'good'));
    writeFileSync(join(root, 'good/secret.txt'), 'inside');
    let swapping = true;
    const rest = () => new Promise((resolve) => setImmediate(resolve));
    // A writer may have made the folder anew in between.
    const moveIn = (name: string) => {
      for (let tries = 0; tries < 100; tries += 1) {
        rmSync(join(root, 'good'), { recursive: true, force: true });
        try {
          renameSync(join(root, name), join(root, 'good'));
          return;
        } catch (error) {
          expect(['EISDIR', 'ENOTEMPTY']).toContain((error as { code: string }).code);
        }
      }
    };
    const swap = async () => {
      while (swapping) {
        renameSync(join(root, 'good'), join(root, 'spare'));
        moveIn('evil');
        await rest();
        renameSync(join(root, 'good'), join(root, 'evil'));
        moveIn('spare');
        await rest();
      }
    };
    const swapper = swap();
    const seen = new Set<string>();
    for (let round = 0; round < 300; round += 1) {
      try {
        seen.add(text(await files.read('good/secret.txt')));
      } catch (error) {
        seen.add(error instanceof AppError ? error.code : String(error));
      }
      const written = files.write('good/new.txt', Buffer.from('x'));
      await written.catch(() => undefined);
    }
    swapping = false;
    await swapper;
    expect(seen).not.toContain('SECRET');
    expect(existsSync(join(top, 'outside/new.txt'))).toBe(false);
  });
});

describe('writing', () => {
  it('makes folders, replaces whole files and leaves nothing beside them', async () => {
    expect(await files.write('x/y/z.txt', Buffer.from('one'))).toBe(3);
    expect(await files.write(join(root, 'x/y/z.txt'), Buffer.from('second'))).toBe(6);
    expect(readFileSync(join(root, 'x/y/z.txt'), 'utf8')).toBe('second');
    expect(readdirSync(join(root, 'x/y'))).toEqual(['z.txt']);
    expect(statSync(join(root, 'x/y/z.txt')).mode & 0o133).toBe(0);
  });

  it('follows no symbolic link, as a file or on the way', async () => {
    symlinkSync(join(top, 'outside/secret.txt'), join(root, 'link.txt'));
    symlinkSync(join(top, 'outside/new.txt'), join(root, 'dangling.txt'));
    symlinkSync(join(top, 'outside'), join(root, 'folder'));
    symlinkSync('sub', join(root, 'inner'));
    for (const path of ['link.txt', 'dangling.txt', 'folder/x.txt', 'folder/y/x', 'inner/x']) {
      expect([path, await codeOf(files.write(path, Buffer.from('x')))]).toEqual([
        path,
        'PATH_REFUSED',
      ]);
    }
    expect(readFileSync(join(top, 'outside/secret.txt'), 'utf8')).toBe('SECRET');
    expect(readdirSync(join(top, 'outside'))).toEqual(['secret.txt']);
  });

  it('writes no denied file, no folder, nothing too large', async () => {
    const data = Buffer.from('x');
    expect(await codeOf(files.write('.git/hooks/pre-commit', data))).toBe('PATH_DENIED');
    expect(await codeOf(files.write('.GIT/config', data))).toBe('PATH_DENIED');
    expect(await codeOf(files.write('app/.env', data))).toBe('PATH_DENIED');
    expect(await codeOf(files.write('sub', data))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.write('sub/', data))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.write('.', data))).toBe('PATH_NOT_FILE');
    expect(await codeOf(files.write('a.txt/x', data))).toBe('PATH_NOT_FOUND');
    expect(await codeOf(files.write('big', Buffer.alloc(1_001)))).toBe('FILE_TOO_LARGE');
    expect(readdirSync(root).sort()).toEqual(['a.txt', 'sub']);
  });

  it('lets parallel writers each leave a whole file', async () => {
    const letters = ['a', 'b', 'c', 'd'];
    await Promise.all(letters.map((letter) => files.write('p', Buffer.alloc(900, letter))));
    expect(readFileSync(join(root, 'p'), 'utf8')).toMatch(/^(a+|b+|c+|d+)$/);
    expect(readdirSync(root).sort()).toEqual(['a.txt', 'p', 'sub']);
  });
});

describe('patterns', () => {
  it('gives sorted relative paths of regular files', async () => {
    writeFileSync(join(root, 'sub/a.csv'), '');
    writeFileSync(join(root, '.hidden.txt'), '');
    expect(await files.glob('**/*')).toEqual(['a.txt', 'sub/a.csv', 'sub/b.txt']);
    expect(await files.glob('*.{txt,csv}')).toEqual(['a.txt']);
    expect(await files.glob('sub/*')).toEqual(['sub/a.csv', 'sub/b.txt']);
    expect(await files.glob(`${root}/sub/*.csv`)).toEqual(['sub/a.csv']);
    expect(await files.glob('.*.txt')).toEqual(['.hidden.txt']);
    expect(await files.glob('a.txt')).toEqual(['a.txt']);
    expect(await files.glob('nothing/*')).toEqual([]);
    expect(await files.glob('sub')).toEqual([]);
    expect(await files.glob('.')).toEqual([]);
  });

  it('shows no denied file and follows no link', async () => {
    writeFileSync(join(root, 'server.key'), '');
    mkdirSync(join(root, '.git'));
    writeFileSync(join(root, '.git/config'), '');
    symlinkSync(join(top, 'outside'), join(root, 'folder'));
    symlinkSync(join(top, 'outside/secret.txt'), join(root, 'link.txt'));
    symlinkSync('.', join(root, 'circle'));
    expect(await files.glob('**/*')).toEqual(['a.txt', 'sub/b.txt']);
    expect(await files.glob('server.key')).toEqual([]);
    expect(await files.glob('.git/*')).toEqual([]);
    expect(await files.glob('folder/*')).toEqual([]);
    expect(await files.glob('circle/*')).toEqual([]);
  });

  it.each(['../*', '/etc/*', '%2e%2e/*', '..\\*', '{../outside,sub}/*', '{.,..}./outside/*', '\0'])(
    'finds nothing outside by %j',
    async (pattern) => {
      try {
        expect(await files.glob(pattern)).not.toContainEqual(expect.stringContaining('secret'));
      } catch (error) {
        expect(error).toMatchObject({ code: 'PATH_REFUSED' });
      }
    },
  );

  it('stops at the limits of files, entries and depth', async () => {
    mkdirSync(join(root, 'many'));
    for (let index = 0; index <= 1_000; index += 1) writeFileSync(join(root, `many/${index}`), '');
    expect(await codeOf(files.glob('many/*'))).toBe('FILE_TOO_MANY');
    expect((await files.glob('many/1*')).length).toBe(112);
    mkdirSync(join(root, 'deep', ...Array(33).fill('d')), { recursive: true });
    expect(await codeOf(files.glob('deep/**'))).toBe('FILE_TOO_MANY');
  });
});

describe('allowed folders', () => {
  it('opens further folders for absolute paths only, siblings not', async () => {
    const wide = await openWorkspace({
      root,
      deniedPatterns: ['*.key'],
      fileBytesMax: 1_000,
      allowedDirs: [`${top}/outside/`],
    });
    const secret = join(top, 'outside/secret.txt');
    expect(text(await wide.read(secret))).toBe('SECRET');
    expect(await wide.glob(join(top, 'outside/*'))).toEqual([secret]);
    expect(await codeOf(wide.read('../outside/secret.txt'))).toBe('PATH_REFUSED');
    expect(await wide.write(join(top, 'outside/new.txt'), Buffer.from('x'))).toBe(1);
    expect(await codeOf(wide.write(join(top, 'outside/a.key'), Buffer.from('x')))).toBe(
      'PATH_DENIED',
    );
    await expect(wide.read(join(top, 'workshop/secret.txt'))).rejects.toMatchObject({
      code: 'PATH_REFUSED',
    });
  });

  it('refuses to open a workspace that is not a folder', async () => {
    for (const bad of [join(top, 'gone'), join(root, 'a.txt')]) {
      await expect(
        openWorkspace({ root: bad, deniedPatterns: [], fileBytesMax: 1 }),
      ).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
    }
  });
});

describe.skipIf(!existsSync(`${CORPORA}/path-traversal`))('the path traversal lists', () => {
  function payloads(): string[] {
    const found = new Set<string>();
    const add = (line: string) => {
      const targets = [`${top}/outside/secret.txt`.slice(1), 'etc/passwd', 'outside/secret.txt'];
      for (const target of targets) found.add(line.trim().replaceAll('{FILE}', target));
    };
    for (const name of readdirSync(`${CORPORA}/path-traversal`)) {
      const content = readFileSync(`${CORPORA}/path-traversal/${name}`, 'utf8');
      if (name.endsWith('.txt')) content.split('\n').forEach(add);
      else {
        const blocks = JSON.parse(content) as { payload: string }[];
        for (const { payload } of blocks) payload.split(/\s+/).forEach(add);
      }
    }
    found.delete('');
    return [...found];
  }

  it('reads, lists and writes nothing outside, in plain and encoded form', async () => {
    const before = readdirSync(join(top, 'outside'));
    let refused = 0;
    let tried = 0;
    for (const payload of payloads()) {
      for (const path of [payload, `sub/${payload}`, encodeURIComponent(payload), `./${payload}`]) {
        tried += 1;
        const code = await codeOf(files.read(path));
        expect(['PATH_REFUSED', 'PATH_NOT_FOUND', 'PATH_DENIED']).toContain(code);
        if (code === 'PATH_REFUSED') refused += 1;
      }
    }
    for (const payload of payloads().filter((_payload, index) => index % 20 === 0)) {
      const data = Buffer.from('overwritten');
      await files.write(payload, data).catch((error) => expect(error).toBeInstanceOf(AppError));
      await files.glob(`${payload}*`).catch((error) => expect(error).toBeInstanceOf(AppError));
    }
    expect(tried).toBeGreaterThan(15_000);
    expect(refused).toBeGreaterThan(9_000);
    expect(readdirSync(join(top, 'outside'))).toEqual(before);
    expect(readFileSync(join(top, 'outside/secret.txt'), 'utf8')).toBe('SECRET');
    expect(readdirSync(top).sort()).toEqual(['outside', 'work', 'workshop']);
  });
});
