// Each rule finds what is planted for it, and leaves its honest twin alone.
import { describe, expect, it } from 'vitest';
import { type Finding, showFinding } from './finding.ts';
import { findInexactVersions, findPlacesInLock, findUndecidedPackages } from './packages.ts';
import { findPrimitives } from './primitives.ts';
import { findUnknownErrors, findUntestedNodes, findUnusedErrors } from './registries.ts';
import { findImportsOutOfRoom } from './rooms.ts';
import { findBadNames, findLongLines, findOversize, findUndocumented } from './shape.ts';
import { type ParsedFile, parseFiles } from './syntax.ts';
import { findUnsafeSyntax, findWords } from './words.ts';

type Rule = (files: readonly ParsedFile[]) => readonly Finding[];

/** Lines at which the rule finds something in a file of this path. */
function linesFound(rule: Rule, path: string, text: string): readonly number[] {
  return rule(parseFiles([{ path, text }])).map(({ line }) => line);
}

describe('rooms', () => {
  it.each([
    ['an upward import', 'src/base/a.ts', "import { x } from '../errors/index.ts';"],
    ['a type import', 'src/base/a.ts', "import type { X } from '../errors/index.ts';"],
    ['a re-export', 'src/base/a.ts', "export * from '../errors/index.ts';"],
    ['an import type', 'src/base/a.ts', "type X = import('../errors/index.ts').X;"],
    ['a dynamic import', 'src/engine/a.ts', "const x = await import('../nodes/index.ts');"],
    ['a back door', 'src/config/a.ts', "import { x } from '../base/limits.ts';"],
    ['a deep back door', 'src/nodes/data/a.ts', "import { x } from '../kit/truth.ts';"],
    [
      'a node that leaves the kit',
      'src/nodes/data/a.ts',
      "import { x } from '../../base/index.ts';",
    ],
    ['a node of another family', 'src/nodes/data/a.ts', "import { x } from '../web/http.ts';"],
    ['the root', 'src/base/a.ts', "import { x } from '../app.ts';"],
    ['a script', 'src/base/a.ts', "import { x } from '../../scripts/x.js';"],
    ['an unknown room', 'src/cellar/a.ts', "import { x } from '../base/index.ts';"],
    ['a computed import', 'src/base/a.ts', 'const x = await import(name);'],
    ['a template import', 'src/base/a.ts', 'const x = await import(`../$' + '{name}.ts`);'],
    ['a package of another room', 'src/base/a.ts', "import { parse } from 'yaml';"],
    ['an undecided package', 'src/base/a.ts', "import x from '@left/pad/deep';"],
    ['a back door of another room', 'test/engine/a.ts', "import '../../src/nodes/data/join.ts';"],
    ['a back door in a test', 'src/cli/a.test.ts', "import { x } from '../engine/edges.ts';"],
  ])('refuses %s', (_, path, text) => {
    expect(linesFound(findImportsOutOfRoom, path, `\n${text}`)).toEqual([2]);
  });

  it.each([
    ['src/errors/a.ts', "import { assert } from '../base/index.ts';"],
    ['src/base/a.ts', "import { b } from './b.ts'; import 'node:path';"],
    ['src/nodes/data/a.ts', "import { x } from '../kit/index.ts'; import './b.ts';"],
    ['src/nodes/index.ts', "import { x } from './data/join.ts';"],
    ['src/config/a.ts', "import { parseDocument } from 'yaml';"],
    ['src/cli/a.test.ts', "import { x } from '../engine/index.ts'; import 'vitest';"],
    ['src/app.ts', "import { x } from './nodes/index.ts';"],
    ['test/jinja/a.test.ts', "import { x } from '../../src/language/expression/index.ts';"],
    ['test/engine/a.test.ts', "import { x } from '../../src/engine/edges.ts';"],
    ['src/base/a.ts', "const text = \"import { x } from '../app.ts'\"; // import('../app.ts')"],
  ])('allows, in %s, %s', (path, text) => {
    expect(linesFound(findImportsOutOfRoom, path, text)).toEqual([]);
  });
});

describe('primitives', () => {
  it.each([
    ["import { readFileSync } from 'node:fs';"],
    ["import fs from 'fs/promises';"],
    ["import { request } from 'undici';"],
    ["const { lookup } = await import('node:dns');"],
    ["export { spawn } from 'node:child_process';"],
    ["const x = fetch('https://example.org');"],
    ['const send = fetch;'],
    ['const all = { fetch };'],
    ["const all = { 'a': fetch };"],
    ['const all = { a: fetch };'],
    ['const { a = fetch } = given;'],
    ['const home = process.env.HOME;'],
    ["const home = process['env'];"],
    ['const { env } = process;'],
    ["const x = eval('1');"],
    ["const f = new Function('return 1');"],
    ["const f = Function('return 1');"],
    ['const n = Math.random();'],
    ["const n = Math['random']();"],
    ['const id = crypto.randomUUID();'],
    ['const at = Date.now();'],
    ['const at = new Date();'],
    ['setTimeout(work, 5);'],
    ["console.log('x');"],
    ["const f = globalThis['fet' + 'ch'];"],
    ["const x = require('fs');"],
  ])('refuses %s', (text) => {
    expect(new Set(linesFound(findPrimitives, 'src/engine/a.ts', `\n${text}`))).toEqual(
      new Set([2]),
    );
  });

  it.each([
    ['interface Port { fetch(url: string): void; process: string }'],
    ['const port = { fetch: 1, process: 2 }; port.fetch; port.process;'],
    ['function run(fetch: () => void) { fetch(); }'],
    ["import { fetch } from './port.ts'; fetch();"],
    ['const { fetch: get } = port; get();'],
    ['const at = new Date(0); const text = Math.max(1, 2);'],
    ["const text = 'process.env eval(1)'; // console.log, Date.now()"],
    ['const form = /fetch(console)/; const made = `fetch $' + '{1}`;'],
    ['type F = Function; type E = typeof console;'],
  ])('allows %s', (text) => {
    expect(linesFound(findPrimitives, 'src/engine/a.ts', text)).toEqual([]);
  });

  it('allows a primitive in its own place and in tests', () => {
    const text = "import { lookup } from 'node:dns/promises';";
    expect(linesFound(findPrimitives, 'src/guard/egress-connect.ts', text)).toEqual([]);
    expect(linesFound(findPrimitives, 'src/guard/paths.ts', text)).toEqual([1]);
    expect(linesFound(findPrimitives, 'src/engine/a.test.ts', text)).toEqual([]);
  });
});

describe('shape', () => {
  const oversize = (path: string, text: string, exemptions: Parameters<typeof findOversize>[1]) =>
    findOversize(parseFiles([{ path, text }]), exemptions).map(showFinding);

  it('refuses a file over 300 lines, and takes an exemption with a number', () => {
    const text = '// line\n'.repeat(301);
    const exemption = { path: 'src/a.ts', measure: 'lines', max: 301, reason: 'a test' } as const;
    expect(oversize('src/a.ts', text, [])).toEqual([
      'src/a.ts:1 size: the file has 301 lines, the limit is 300; divide it by ideas',
    ]);
    expect(oversize('src/a.ts', text, [exemption])).toEqual([]);
    expect(oversize('src/a.ts', `${text}//\n`, [exemption])).toHaveLength(1);
    expect(oversize('src/a.ts', '// line\n'.repeat(300), [])).toEqual([]);
    expect(oversize('src/a.test.ts', '// line\n'.repeat(600), [])).toEqual([]);
    expect(oversize('src/a.test.ts', '// line\n'.repeat(601), [])).toHaveLength(1);
  });

  it('refuses an exemption that is too large, or that nothing needs', () => {
    const one = (max: number) =>
      ({ path: 'src/a.ts', measure: 'lines', max, reason: 'x' }) as const;
    expect(oversize('src/a.ts', '//\n'.repeat(301), [one(400)])).toEqual([
      'src/a.ts:1 size: the exemption for 400 lines is larger than the file; lower it to 301',
    ]);
    expect(oversize('src/a.ts', '//\n', [one(400)])[0]).toContain('remove it');
    expect(oversize('src/b.ts', '//\n', [one(400)])[0]).toContain('remove it');
  });

  it('refuses a function over 70 lines, whatever stands in its strings', () => {
    const body = '  "}}}"; `}`; /}/;\n'.repeat(69);
    expect(oversize('src/a.ts', `function f() {\n${body}}\n`, [])[0]).toContain(
      'f() has 71 function lines',
    );
    expect(oversize('src/a.ts', `const f = () => {\n${body}};\n`, [])).toHaveLength(1);
    expect(oversize('src/a.ts', `class A {\n  m() {\n${body}}\n}\n`, [])).toHaveLength(1);
    expect(oversize('src/a.test.ts', `function f() {\n${body}}\n`, [])).toEqual([]);
  });

  it('refuses more than seven exports that run, and does not count types', () => {
    const values = 'export const a = 1, b = 2;\nexport function c() {}\nexport { d, e, f, g };\n';
    expect(oversize('src/a.ts', `${values}export type T = 1;\n`, [])).toEqual([]);
    expect(oversize('src/a.ts', `${values}export * from './h.ts';\n`, [])).toHaveLength(1);
    expect(oversize('src/index.ts', `${values}export class H {}\n`, [])).toEqual([]);
  });

  it('refuses long lines, and leaves what cannot be divided', () => {
    const lines = (text: string) => findLongLines([{ path: 'src/a.ts', text }]).length;
    expect(lines(`call(${'argument, '.repeat(12)});`)).toBe(1);
    expect(lines(`// ${'words '.repeat(20)}`)).toBe(1);
    expect(lines(`const text = '${'words '.repeat(20)}';`)).toBe(0);
    expect(lines(`// https://example.org/${'x'.repeat(100)}`)).toBe(0);
    expect(lines('x'.repeat(100))).toBe(0);
  });

  it('refuses file names in other cases, and names that say nothing', () => {
    expect(
      findBadNames([
        'src/base/readFile.ts',
        'src/base/Read.ts',
        'src/base/read_file.ts',
        'src/base/utils.ts',
        'src/base/string-helpers.test.ts',
        'src/base/flow-service.ts',
      ]),
    ).toHaveLength(6);
    expect(
      findBadNames([
        'src/base/read-file.test.ts',
        'a/b.d.ts',
        'docs/README.md',
        'vitest.config.ts',
      ]),
    ).toEqual([]);
  });

  it('refuses an exported function without a docstring', () => {
    expect(linesFound(findUndocumented, 'src/a.ts', 'export function f() {}')).toEqual([1]);
    expect(linesFound(findUndocumented, 'src/a.ts', '// c\nexport class C {}')).toEqual([2]);
    expect(linesFound(findUndocumented, 'src/a.ts', '/** F. */\nexport function f() {}')).toEqual(
      [],
    );
    expect(linesFound(findUndocumented, 'src/a.ts', 'function f() {}')).toEqual([]);
  });
});

describe('words', () => {
  it.each([
    ['let a: any;'],
    ['const b = a as any;'],
    ['const c = d!.e;'],
    ['enum E { A }'],
    ['export default 1;'],
    ['export default function f() {}'],
    ['debugger;'],
  ])('refuses %s', (text) => {
    expect(linesFound(findUnsafeSyntax, 'src/a.ts', `\n${text}`)).toEqual([2]);
  });

  it('allows the same words where they are text, and ! where it negates', () => {
    const text = "const any = 'any!'; if (!any && any !== 'x') { /* enum, any */ }";
    expect(linesFound(findUnsafeSyntax, 'src/a.ts', text)).toEqual([]);
  });

  it.each([
    ['src/a.ts', `// @ts-${'ignore'}`],
    ['src/a.ts', `// @ts-${'expect-error'} because`],
    ['src/a.ts', `// ${'TO'}DO: later`],
    ['src/a.test.ts', `it.${'only'}('x', f);`],
    ['docs/a.md', `see ${'/ro'}ot/notes`],
    ['docs/a.md', `(${'/ho'}me/ada/sluice)`],
    ['scripts/a.js', `'${'/wo'}rk/main'`],
  ])('refuses, in %s, %s', (path, text) => {
    expect(findWords([{ path, text: `\n${text}` }]).map(({ line }) => line)).toEqual([2]);
  });

  it('allows a promise with its issue, and addresses that are no path of ours', () => {
    const text = `// ${'TO'}DO(#12): later\n// https://example.org${'/wo'}rk/x, src${'/wo'}rk/a.ts`;
    expect(findWords([{ path: 'src/a.ts', text }])).toEqual([]);
  });
});

describe('registries', () => {
  it('finds a code that nothing uses, and one that the catalogue lacks', () => {
    const files = parseFiles([
      {
        path: 'src/a.ts',
        text: "throw new AppError('USED', {});\nthrow new AppError('LOST', {});",
      },
      { path: 'src/errors/catalogue.ts', text: "const a = 'UNUSED';" },
      { path: 'src/a.test.ts', text: "const a = 'UNUSED';" },
    ]);
    const codes = ['USED', 'UNUSED'];
    expect(findUnusedErrors(files, codes).map(({ message }) => message)).toEqual([
      'nothing uses UNUSED; remove it, or throw it where it belongs',
    ]);
    expect(findUnknownErrors(files, codes).map(showFinding)).toEqual([
      "src/a.ts:2 errors: 'LOST' is not in the catalogue; add it to src/errors/catalogue.ts",
    ]);
  });

  it('finds a node type without its test', () => {
    const node = 'export const node = defineNode({});';
    const files = parseFiles([
      { path: 'src/nodes/data/join.ts', text: node },
      { path: 'src/nodes/data/split.ts', text: node },
      { path: 'src/nodes/data/split.test.ts', text: '' },
      { path: 'src/nodes/data/rows.ts', text: '// used by defineNode({}) elsewhere' },
    ]);
    expect(findUntestedNodes(files).map(({ path }) => path)).toEqual(['src/nodes/data/join.ts']);
  });
});

describe('packages', () => {
  it('refuses versions that are not exact', () => {
    const manifest = {
      dependencies: { a: '1.2.3', b: '^1.2.3', c: '1.x', d: 'latest', e: 'file:../e' },
      devDependencies: { f: '1.0.0-beta.2', g: 'github:a/b' },
      optionalDependencies: { h: '1.0.0', i: '*' },
    };
    expect(findInexactVersions(manifest)).toHaveLength(6);
  });

  it('wants a line in the decision for each package, and no line for others', () => {
    const decision = '| Package | What |\n| --- | --- |\n| `a` | x |\n| `gone` | x |\n';
    const found = findUndecidedPackages({ dependencies: { a: '1.0.0', b: '1.0.0' } }, decision);
    expect(found.map(({ message }) => message.split(' ')[0])).toEqual(['b', 'gone']);
  });

  it('refuses a host in the lock file, and an install script that nobody looked at', () => {
    const lock = {
      packages: {
        '': {},
        'node_modules/a': { resolved: 'https://registry.example/a.tgz' },
        'node_modules/b/node_modules/c': { hasInstallScript: true },
        'node_modules/esbuild': { hasInstallScript: true },
      },
    };
    expect(findPlacesInLock(lock, ['esbuild']).map(({ message }) => message)).toEqual([
      'node_modules/a names a host; remove "resolved"',
      'node_modules/b/node_modules/c has an install script, which will not run;' +
        ' see whether it works',
    ]);
  });
});
