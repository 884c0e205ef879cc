import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Value } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { openWorkspace } from '../../guard/index.ts';
import { type Trial, trialVisit } from '../kit/trial-visit.ts';
import { fileNode } from './file.ts';

const CORPORA = process.env.CORPORA_DIR ?? '../shared/corpora';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'file-node-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function visit(config: Record<string, unknown>, trial: Trial = {}): Promise<Value> {
  const files = await openWorkspace({
    root,
    deniedPatterns: ['*password*'],
    fileBytesMax: 64 * 1024 * 1024,
  });
  return (await trialVisit(fileNode, { ...trial, config, capabilities: { files } })).value;
}

async function read(config: Record<string, unknown>): Promise<unknown> {
  return JSON.parse(JSON.stringify(await visit(config)));
}

async function errorOf(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it succeeded');
}

const written = (path: string) => readFileSync(join(root, path), 'utf8');

describe('reading', () => {
  it('gives what the file holds', async () => {
    put('test.json', '{"key": "value", "number": 42}');
    expect(await visit({ path: 'test.json' })).toEqual({ key: 'value', number: 42 });
  });

  it.each([
    ['a.json', '[1, {"a": null}]', [1, { a: null }]],
    ['a.jsonl', '{"id": 1}\n\n{"id": 2}\r\n', [{ id: 1 }, { id: 2 }]],
    ['a.ndjson', '1\n"two"', [1, 'two']],
    [
      'a.csv',
      'name,age\nAlice,30\nBob,25\n',
      [
        { name: 'Alice', age: '30' },
        { name: 'Bob', age: '25' },
      ],
    ],
    [
      'a.yaml',
      'config: {enabled: true}\nwhen: 2024-01-01\n',
      { config: { enabled: true }, when: '2024-01-01' },
    ],
    ['a.YML', '- 1\n- two', [1, 'two']],
    ['a.txt', 'Hello, world!\n', 'Hello, world!\n'],
    ['README', '# plain', '# plain'],
    ['empty.csv', '', []],
    ['empty.jsonl', '', []],
    ['empty.txt', '', ''],
    ['empty.yaml', '', null],
  ])('knows the format of %s by its name', async (path, content, data) => {
    put(path, content);
    expect(await read({ path })).toEqual(data);
  });

  it('takes the format that is set over the name', async () => {
    put('data.txt', '{"a": 1}');
    expect(await read({ path: 'data.txt', format: 'json' })).toEqual({ a: 1 });
    expect(await read({ path: 'data.txt', format: 'txt', output_mode: 'list' })).toEqual([
      '{"a": 1}',
    ]);
  });

  it.each(['a.pdf', 'a.docx', 'a.xlsx', 'a.html'])('says that %s comes later', async (path) => {
    put(path, 'x');
    const error = await errorOf(read({ path }));
    expect(error.code).toBe('FILE_FORMAT_UNSUPPORTED');
    expect(error.message).toContain('come later');
    expect(await read({ path, format: 'txt' })).toBe('x');
  });

  it.each([
    ['a file that is not there', { path: 'gone.json' }, 'PATH_NOT_FOUND'],
    ['a csv file that is not there', { path: 'gone.csv' }, 'PATH_NOT_FOUND'],
    ['no path', { path: '' }, 'PATH_REFUSED'],
    ['a path outside', { path: '../../etc/passwd' }, 'PATH_REFUSED'],
    ['an encoded path outside', { path: '%252e%252e/x' }, 'PATH_REFUSED'],
    ['a denied file', { path: 'passwords.txt' }, 'PATH_DENIED'],
    ['a pattern that matches nothing', { pattern: '*.none' }, 'PATH_NOT_FOUND'],
    ['the same with skip_errors', { pattern: '*.none', skip_errors: true }, 'PATH_NOT_FOUND'],
    ['a pattern outside', { pattern: '../*' }, 'PATH_REFUSED'],
    ['a prefix outside', { path: 'a', storage_prefix: '..' }, 'PATH_REFUSED'],
  ])('refuses %s', async (_case, config, code) => {
    put('passwords.txt', 'SECRET');
    expect((await errorOf(read(config))).code).toBe(code);
  });

  it('is stopped by an abort', async () => {
    put('a.txt', 'x');
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(visit({ path: 'a.txt' }, { signal })).rejects.toThrow('stop');
  });
});

describe('several files', () => {
  beforeEach(() => {
    put('in/a.csv', 'n\n1\n2\n');
    put('in/b.csv', 'n\n3\n');
    put('in/c.json', '{"x": 1}');
  });

  it('gives a map by path, a list, or one merged list', async () => {
    const [one, two] = [[{ n: '1' }, { n: '2' }], [{ n: '3' }]];
    const pattern = 'in/*.csv';
    expect(await read({ pattern })).toEqual({ 'in/a.csv': one, 'in/b.csv': two });
    expect(await read({ pattern, output_mode: 'dict' })).toEqual({
      'in/a.csv': one,
      'in/b.csv': two,
    });
    expect(await read({ pattern, output_mode: 'list' })).toEqual([one, two]);
    expect(await read({ pattern, merge: true })).toEqual([...one, ...two]);
    expect(await read({ pattern: 'in/*', merge: true })).toEqual([...one, ...two, { x: 1 }]);
    expect(await read({ pattern: '*.csv', storage_prefix: 'in/' })).toHaveProperty('in/a.csv');
  });

  it('gives the content itself where only one matches, by path in dict mode', async () => {
    expect(await read({ pattern: 'in/*.json' })).toEqual({ x: 1 });
    expect(await read({ pattern: 'in/*.json', merge: true })).toEqual({ x: 1 });
    expect(await read({ pattern: 'in/*.json', output_mode: 'list' })).toEqual([{ x: 1 }]);
    expect(await read({ path: 'in/c.json', output_mode: 'dict' })).toEqual({
      'in/c.json': { x: 1 },
    });
  });

  it('counts limit and sample over all merged files', async () => {
    const config = { pattern: 'in/*.csv', merge: true };
    expect(await read({ ...config, limit: 2 })).toEqual([{ n: '1' }, { n: '2' }]);
    expect(await read({ ...config, sample: 0.7 })).toHaveLength(2);
    expect(await read({ pattern: 'in/*.csv', limit: 1, output_mode: 'list' })).toEqual([
      [{ n: '1' }],
      [{ n: '3' }],
    ]);
  });

  it('fails on one bad file, or with skip_errors leaves it out', async () => {
    put('in/bad.json', '{');
    const pattern = 'in/*.json';
    expect((await errorOf(read({ pattern }))).code).toBe('FILE_PARSE');
    expect(await read({ pattern, skip_errors: true })).toEqual({
      'in/bad.json': { error: 'in/bad.json: not valid JSON: line 1, column 2' },
      'in/c.json': { x: 1 },
    });
    expect(await read({ pattern, skip_errors: true, merge: true })).toEqual([{ x: 1 }]);
  });
});

describe('sample and limit', () => {
  const rows = Array.from({ length: 2_500 }, (_, index) => ({ n: index }));
  beforeEach(() => {
    put('a.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
    put('a.json', JSON.stringify(rows));
  });

  it.each(['a.jsonl', 'a.json'])('keeps the first of %s', async (path) => {
    expect(await read({ path, limit: 2 })).toEqual([{ n: 0 }, { n: 1 }]);
    expect(await read({ path, limit: 0 })).toHaveLength(2_500);
    expect(await read({ path, limit: 9_999 })).toHaveLength(2_500);
  });

  it.each([
    [0.1, 250],
    [0.333, 832],
    [0.9, 2_250],
    [0, 2_500],
    [1, 2_500],
  ])('draws %f of the records, in order, the same ones again', async (sample, count) => {
    const first = (await read({ path: 'a.jsonl', sample })) as { n: number }[];
    expect(first).toHaveLength(count);
    expect(first).toEqual([...first].sort((left, right) => left.n - right.n));
    expect(new Set(first.map(({ n }) => n)).size).toBe(count);
    expect(await read({ path: 'a.jsonl', sample, stream: true })).toEqual(first);
  });

  it('reads no further than the limit', async () => {
    put('late.jsonl', '1\n2\nnot json');
    expect(await read({ path: 'late.jsonl', limit: 2 })).toEqual([1, 2]);
    put('late.txt', 'a\nb\r\nc\n');
    expect(await read({ path: 'late.txt', limit: 2, stream: true })).toBe('a\nb');
  });
});

describe('csv', () => {
  const csv = async (content: string | Uint8Array, config: Record<string, unknown> = {}) => {
    put('a.csv', content);
    return read({ path: 'a.csv', ...config });
  };
  const ROWS_OF_1234 = [
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ];

  it.each([
    [
      'quotes, breaks and commas inside',
      'a,b\n"x, ""y""\n z",2\n',
      {},
      [{ a: 'x, "y"\n z', b: '2' }],
    ],
    ['Windows line ends', 'a,b\r\n1,2\r\n', {}, [{ a: '1', b: '2' }]],
    ['old Mac line ends', 'a\r1\r2', {}, [{ a: '1' }, { a: '2' }]],
    ['a byte order mark', '\ufeffa,b\n1,2', {}, [{ a: '1', b: '2' }]],
    ['no header', 'Alice,30\n', { has_header: false }, [{ col_0: 'Alice', col_1: '30' }]],
    ['semicolons', 'a;b\n1;2\n', { delimiter: ';' }, [{ a: '1', b: '2' }]],
    ['tabs', 'a\tb\n1\t2\n', { delimiter: '\\t' }, [{ a: '1', b: '2' }]],
    ['short lines', 'a,b\n1\n', {}, [{ a: '1', b: null }]],
    ['empty lines', '\n\na\n\n1\n\n', {}, [{ a: '1' }]],
    ['lone quotes', 'a\nhe said "hi"\n', {}, [{ a: 'he said "hi"' }]],
    ['blanks', ' a , b\n 1 , 2\n', {}, [{ ' a ': ' 1 ', ' b': ' 2' }]],
    ['only a header', 'a,b\n', {}, []],
    [
      'names twice and none',
      'a,a,,\n1,2,3,4\n',
      {},
      [{ a: '1', a_2: '2', col_2: '3', col_3: '4' }],
    ],
    [
      'names that would clash',
      'a,a_2,a,a\n1,2,3,4\n',
      {},
      [{ a: '1', a_2: '2', a_3: '3', a_4: '4' }],
    ],
    ['numbers and null as text', 'a,b\n007,null\n', {}, [{ a: '007', b: 'null' }]],
    ['formulas as text', 'a\n=cmd|x\n', {}, [{ a: '=cmd|x' }]],
    ['line ends that change to \\r\\n', 'a,b\n1,2\r\n3,4\r\n', {}, ROWS_OF_1234],
    ['line ends that change to \\n', 'a,b\r\n1,2\n3,4', {}, ROWS_OF_1234],
    ['line ends that change to \\r', 'a,b\n1,2\r3,4\r\r', {}, ROWS_OF_1234],
    [
      'line ends in quotes as they are',
      'a\n"x\r\ny"\r\n"z\rw"',
      {},
      [{ a: 'x\r\ny' }, { a: 'z\rw' }],
    ],
  ])('reads %s', async (_case, content, config, rows) => {
    expect(await csv(content, config)).toEqual(rows);
  });

  it('counts lines whatever their ends', async () => {
    const error = await errorOf(csv('a,b\r\n"1\r\n1",2\n1,2,3\r\n'));
    expect(error.message).toBe('a.csv: line 4 has 3 values for 2 columns');
  });

  it('names the line with too many values, or leaves it out', async () => {
    const error = await errorOf(csv('a,b\n1,2\n1,2,3\n4,5\n'));
    expect(error.code).toBe('FILE_PARSE');
    expect(error.message).toBe('a.csv: line 3 has 3 values for 2 columns');
    expect(error.retryable).toBe(false);
    expect(await csv('a,b\n1,2\n1,2,3\n4,5\n', { skip_errors: true })).toEqual([
      { a: '1', b: '2' },
      { a: '4', b: '5' },
    ]);
  });

  it('names the line of a quote that is not closed', async () => {
    const error = await errorOf(csv('a,b\n1,2\n"x,3\n'));
    expect(error.message).toMatch(/^a\.csv: a quote is not closed near line \d$/);
    expect(await csv('a,b\n1,2\n"x,3\n', { skip_errors: true })).toEqual([{ a: '1', b: '2' }]);
  });

  it('ends a quote that swallows the file', async () => {
    const error = await errorOf(csv(`a\n"${'x\n'.repeat(6_000_000)}`));
    expect(error.message).toMatch(/a record is too long/);
  });

  it('keeps hostile names as data', async () => {
    put('a.csv', '__proto__,constructor\n1,2\n');
    const value = (await visit({ path: 'a.csv' })) as Record<string, string>[];
    const row = value[0] ?? {};
    expect(Object.getPrototypeOf(row)).toBeNull();
    expect(Object.keys(row)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('reads a header of many equal names in linear time', async () => {
    const names = Array(50_000).fill('a').join(',');
    expect(Object.keys(((await csv(`${names}\n${names}`)) as object[])[0] ?? {})).toHaveLength(
      50_000,
    );
  });
});

describe('json', () => {
  it.each([
    ['{"a": 1,}', 'a.json: not valid JSON: line 1, column 9'],
    ['{\n  "a": tru\n}', 'a.json: not valid JSON: line 2, column 8'],
    ['[1', 'a.json: not valid JSON: line 1, column 3'],
    ['', 'a.json: the file is empty, which is not JSON'],
    ['1e999', 'a.json: not valid JSON: the value is Infinity, which JSON cannot hold'],
  ])('says where %j is wrong', async (content, message) => {
    put('a.json', content);
    expect((await errorOf(read({ path: 'a.json' }))).message).toBe(message);
  });

  it('says in which line of jsonl, without showing it', async () => {
    put('a.jsonl', '1\n\nSECRET\n4');
    const error = await errorOf(read({ path: 'a.jsonl' }));
    expect(error.message).toBe('a.jsonl: line 3 is not valid JSON');
    expect(await read({ path: 'a.jsonl', skip_errors: true })).toEqual([1, 4]);
  });

  it('keeps __proto__ as data and refuses bottomless nesting', async () => {
    put('a.json', '{"__proto__": {"admin": true}}');
    const value = (await visit({ path: 'a.json' })) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    put('a.json', '['.repeat(200_000) + ']'.repeat(200_000));
    expect((await errorOf(read({ path: 'a.json' }))).code).toBe('FILE_PARSE');
  });

  const suite = `${CORPORA}/json/nst-json-test-suite.base64.json`;
  it.skipIf(!existsSync(suite))('accepts and refuses what the JSON suite says', async () => {
    const cases = JSON.parse(readFileSync(suite, 'utf8')) as {
      name: string;
      expect: string;
      base64: string;
    }[];
    for (const { name, expect: expected, base64 } of cases) {
      put('case.json', Buffer.from(base64, 'base64'));
      const outcome = await read({ path: 'case.json' }).then(
        () => 'accept',
        (error) => (error instanceof AppError ? 'reject' : String(error)),
      );
      if (expected === 'either') expect(['accept', 'reject']).toContain(outcome);
      else expect([name, outcome]).toEqual([name, expected]);
    }
  });

  it('shows the beginning of a long path to a value, and the reason', async () => {
    put('a.json', `{"${'k'.repeat(1_000_000)}": 1e999}`);
    const { message } = await errorOf(read({ path: 'a.json' }));
    expect(message).toMatch(
      /^a\.json: not valid JSON: k{200}\.{3}k+ is Infinity, which JSON cannot/,
    );
    expect(message.length).toBeLessThan(400);
  });
});

describe('yaml', () => {
  it.each([
    ['a tag', '!!js/function "x"', 'tags are not allowed'],
    ['a custom tag', 'a: !thing 1', 'tags are not allowed'],
    ['python', '!!python/object/apply:os.system ["id"]', 'tags are not allowed'],
    ['a key given twice', 'a: 1\na: 2', 'a key is given twice'],
    ['a key that is a list', '? [a]\n: 1', 'a key is a list or a map'],
    ['an unknown alias', 'a: *b', 'an alias has no anchor before it'],
    ['an alias of itself', 'a: &a [*a]', 'an alias has no anchor before it'],
    ['two documents', 'a: 1\n---\nb: 2', 'a second document begins'],
    ['infinity', 'a: .inf', 'a number or value that JSON cannot hold'],
    ['deep nesting', '['.repeat(500), 'nested too deeply'],
    ['a broken map', 'a: b: c', 'line 1'],
  ])('refuses %s', async (_case, content, words) => {
    put('a.yaml', content);
    const error = await errorOf(read({ path: 'a.yaml' }));
    expect(error.code).toBe('FILE_PARSE');
    expect(error.message).toContain(words);
  });

  it('reads anchors, merge keys and keys that are numbers', async () => {
    put('a.yaml', 'base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n404: gone\n"<<": kept\n');
    expect(await read({ path: 'a.yaml' })).toEqual({
      base: { x: 1, y: 2 },
      more: { y: 3, x: 1 },
      '404': 'gone',
      '<<': 'kept',
    });
  });

  it('ends alias bombs and nonsense early', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inner = level === 0 ? 'lol' : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array(9).fill(inner).join(',')}]`;
    });
    for (const bomb of [levels.join('\n'), '{]'.repeat(500_000), '*a\n'.repeat(300_000)]) {
      put('a.yaml', bomb);
      expect((await errorOf(read({ path: 'a.yaml' }))).code).toBe('FILE_PARSE');
    }
    put('a.yaml', 'x'.repeat(3 * 1024 * 1024));
    expect((await errorOf(read({ path: 'a.yaml' }))).message).toContain('yaml over 2 MB');
  });

  const bombs = `${CORPORA}/yaml/own-bombs.json`;
  it.skipIf(!existsSync(bombs))('reads or refuses every bomb of the list', async () => {
    for (const { yaml } of JSON.parse(readFileSync(bombs, 'utf8')) as { yaml: string }[]) {
      put('a.yaml', yaml);
      await read({ path: 'a.yaml' }).catch((error) => expect(error).toBeInstanceOf(AppError));
    }
  });
});

describe('encodings', () => {
  it('refuses a byte that ascii does not have', async () => {
    put('a.txt', Buffer.from([0x61, 0x80]));
    const error = await errorOf(read({ path: 'a.txt', encoding: 'ascii' }));
    expect([error.code, error.message]).toEqual(['FILE_ENCODING', 'a.txt: is not ascii text']);
  });

  it.each([
    ['latin1', Buffer.from('caf\xe9', 'latin1'), 'café'],
    ['latin-1', Buffer.from('caf\xe9', 'latin1'), 'café'],
    ['cp1252', Buffer.from([0x80]), '€'],
    ['latin1', Buffer.from([0x80, 0x9f, 0xff]), '\u0080\u009f\u00ff'],
    ['ascii', Buffer.from('cafe'), 'cafe'],
    ['utf-16', Buffer.from('\ufeffcafé', 'utf16le'), 'café'],
    ['utf-16', Buffer.from('\ufeffcafé', 'utf16le').swap16(), 'café'],
    ['utf-16le', Buffer.from('café', 'utf16le'), 'café'],
    ['shift_jis', Buffer.from([0x83, 0x65]), 'テ'],
    ['utf-8-sig', Buffer.from('\ufeffcafé'), 'café'],
    ['UTF8', Buffer.from('café'), 'café'],
  ])('reads %s', async (encoding, bytes, text) => {
    put('a.txt', bytes);
    expect(await read({ path: 'a.txt', encoding })).toBe(text);
  });

  it('keeps characters that are cut between two pieces whole', async () => {
    const text = `x${'é€😀'.repeat(30_000)}`;
    put('a.txt', text);
    expect(await read({ path: 'a.txt' })).toBe(text);
    put('a.jsonl', `${JSON.stringify(text)}\r\n${JSON.stringify(text)}`);
    expect(await read({ path: 'a.jsonl' })).toEqual([text, text]);
  });

  it('refuses bytes that are no text, binary files too', async () => {
    put('a.txt', Buffer.from([0x61, 0xff, 0xfe]));
    const error = await errorOf(read({ path: 'a.txt' }));
    expect(error.code).toBe('FILE_ENCODING');
    expect(error.message).toBe('a.txt: is not utf-8 text');
    put('cut.txt', Buffer.from('é').subarray(0, 1));
    expect((await errorOf(read({ path: 'cut.txt' }))).code).toBe('FILE_ENCODING');
  });
});

describe('writing', () => {
  const write = (config: Record<string, unknown>, trial: Trial = {}) =>
    visit({ mode: 'write', ...config }, trial);

  it('gives where and how large the file is', async () => {
    expect(await write({ write_key: 'out/a.json', content: { a: [1] } })).toEqual({
      storage_type: 'local',
      path: 'out/a.json',
      size: 23,
      format: 'json',
    });
    expect(written('out/a.json')).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    await write({ write_key: 'b.txt', content: 'x', storage_prefix: 'exports/' });
    expect(written('exports/b.txt')).toBe('x');
  });

  const rows = [
    { name: 'Ada', age: 36 },
    { name: 'Bo"b', city: 'a,b' },
    { name: null, x: [1] },
  ];
  it.each([
    [
      'a.jsonl',
      rows,
      '{"name":"Ada","age":36}\n{"name":"Bo\\"b","city":"a,b"}\n{"name":null,"x":[1]}\n',
    ],
    ['a.jsonl', { a: 1 }, '{"a":1}\n'],
    ['a.csv', rows, 'name,age,city,x\nAda,36,,\n"Bo""b",,"a,b",\n,,,[1]\n'],
    ['a.csv', { a: 1 }, 'a\n1\n'],
    [
      'a.csv',
      [
        [1, 'x'],
        [2, 'y\nz'],
      ],
      '1,x\n2,"y\nz"\n',
    ],
    ['a.csv', [{ a: '' }], 'a\n""\n'],
    ['a.csv', [], ''],
    ['a.csv', 'a,b\n1,2', 'a,b\n1,2'],
    ['a.csv', [{ a: '=1+1', b: true }], 'a,b\n=1+1,true\n'],
    ['a.yaml', { a: ['x', null], b: 'yes', c: '1' }, 'a:\n  - x\n  - null\nb: "yes"\nc: "1"\n'],
    ['a.txt', 'plain', 'plain'],
    ['a.txt', ['one', 2, true], 'one\n2\ntrue\n'],
    ['a.txt', { a: 1 }, '{\n  "a": 1\n}\n'],
    ['a.txt', 1.5, '1.5'],
    ['report.html', '<p>x</p>', '<p>x</p>'],
    ['a.md', '# x', '# x'],
    ['a.json', null, 'null\n'],
  ])('writes %s', async (path, content, text) => {
    await write({ write_key: path, content });
    expect(written(path)).toBe(text);
  });

  it('writes csv as the config says', async () => {
    await write({
      write_key: 'a.csv',
      content: [{ a: 1, b: 'x;y' }],
      delimiter: ';',
      has_header: false,
    });
    expect(written('a.csv')).toBe('1;"x;y"\n');
  });

  it('writes the value before it; else by node; else the inputs', async () => {
    const write_key = 'a.json';
    const compact = () => JSON.stringify(JSON.parse(written(write_key)));
    await write({ write_key }, { upstream: [1], dependencies: { a: [1] } });
    expect(compact()).toBe('[1]');
    await write({ write_key }, { dependencies: { a: 1, b: 2 } });
    expect(compact()).toBe('{"a":1,"b":2}');
    await write({ write_key }, { names: { inputs: { data: 'd', other: 1 } } });
    expect(compact()).toBe('"d"');
    await write({ write_key }, { names: { inputs: { other: 1 } } });
    expect(compact()).toBe('{"other":1}');
    expect((await errorOf(write({ write_key }))).code).toBe('NODE_INPUT_INVALID');
  });

  it.each([
    ['csv of a number', { write_key: 'a.csv', content: 5 }, 'NODE_INPUT_INVALID'],
    ['csv of mixed rows', { write_key: 'a.csv', content: [{ a: 1 }, 2] }, 'NODE_INPUT_INVALID'],
    ['a document', { write_key: 'a.docx', content: 'x' }, 'FILE_FORMAT_UNSUPPORTED'],
    ['outside', { write_key: '../a.txt', content: 'x' }, 'PATH_REFUSED'],
    ['a hook', { write_key: '.git/hooks/post-commit', content: 'x' }, 'PATH_DENIED'],
    ['no name', { write_key: '', content: 'x' }, 'PATH_REFUSED'],
    ['a folder', { write_key: 'out/', content: 'x' }, 'PATH_NOT_FILE'],
    ['€ in latin1', { write_key: 'a', content: '€', encoding: 'latin1' }, 'FILE_ENCODING'],
    ['é in ascii', { write_key: 'a', content: 'é', encoding: 'ascii' }, 'FILE_ENCODING'],
  ])('refuses %s', async (_case, config, code) => {
    expect((await errorOf(write(config))).code).toBe(code);
  });

  it.each(['a.json', 'a.jsonl', 'a.csv', 'a.yaml'])('%s reads back as it was', async (path) => {
    const content = [
      { text: 'x, "y"\nz', empty: '', odd: '\u2028é😀\t', word: 'null', yes: 'no' },
      { text: '', empty: ' ', odd: '# -', word: '~', yes: '1e3' },
    ];
    await write({ write_key: path, content });
    expect(await read({ path })).toEqual(content);
  });

  it('writes latin1 and utf-16le', async () => {
    await write({ write_key: 'a', content: 'é', encoding: 'latin1' });
    expect([...readFileSync(join(root, 'a'))]).toEqual([0xe9]);
    await write({ write_key: 'a', content: 'é', encoding: 'utf-16le' });
    expect([...readFileSync(join(root, 'a'))]).toEqual([0xe9, 0]);
  });
});

describe('check', () => {
  const issues = (config: Record<string, Value>) =>
    (fileNode.check?.(config) ?? []).map(({ code, field }) => `${code} ${field}`);

  it('asks for a path or a pattern, not both', () => {
    expect(issues({})).toEqual(['MISSING_KEY path']);
    expect(issues({ path: 'a', pattern: 'b' })).toEqual(['CONFLICTING_KEYS pattern']);
    expect(issues({ path: 'a' })).toEqual([]);
    expect(issues({ mode: 'write', path: 'a' })).toEqual(['MISSING_KEY write_key']);
    expect(issues({ mode: 'write', write_key: 'a' })).toEqual([]);
  });

  it('knows encodings, delimiters and what comes later', () => {
    const path = 'a';
    expect(issues({ path, encoding: 'klingon' })).toEqual(['WRONG_VALUE encoding']);
    expect(issues({ path, encoding: 'shift_jis' })).toEqual([]);
    expect(issues({ mode: 'write', write_key: 'a', encoding: 'shift_jis' })).toEqual([
      'WRONG_VALUE encoding',
    ]);
    expect(issues({ path, delimiter: ',,' })).toEqual(['WRONG_VALUE delimiter']);
    expect(issues({ path, delimiter: '"' })).toEqual(['WRONG_VALUE delimiter']);
    expect(issues({ path, delimiter: '\\t' })).toEqual([]);
    expect(issues({ path, storage_type: 'object' })).toEqual(['WRONG_VALUE storage_type']);
  });
});
