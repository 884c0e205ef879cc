// The rules of the house as ordinary tests: each reads every file and says where it is broken and
// what to do. The rules themselves are in test/tidy/, with tests that plant what they must find.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trackedTexts } from '../scripts/tracked-files.js';
import { ERROR_CATALOGUE } from '../src/errors/index.ts';
import { EXEMPTIONS } from './tidy/exemptions.ts';
import { type Finding, isCode, showFinding } from './tidy/finding.ts';
import {
  findInexactVersions,
  findPlacesInLock,
  findUndecidedPackages,
  type LockFile,
  type Manifest,
} from './tidy/packages.ts';
import { findPrimitives } from './tidy/primitives.ts';
import { findUnknownErrors, findUntestedNodes, findUnusedErrors } from './tidy/registries.ts';
import { findImportsOutOfRoom } from './tidy/rooms.ts';
import { findBadNames, findLongLines, findOversize, findUndocumented } from './tidy/shape.ts';
import { parseFiles } from './tidy/syntax.ts';
import { findUnsafeSyntax, findWords } from './tidy/words.ts';

/** Its script only checks that the binary of the platform is there; npm installs that by itself. */
const INSTALL_SCRIPTS_NOT_NEEDED = ['esbuild'];

const texts = await trackedTexts();
const paths = texts.map(({ path }) => path);
const code = parseFiles(texts.filter(({ path }) => isCode(path)));
const codes = Object.keys(ERROR_CATALOGUE);

describe('the house is tidy', () => {
  it('rooms import only what they may, through the door', () => {
    expectNone(findImportsOutOfRoom(code));
  });

  it('each raw primitive is used in its one place only', () => {
    expectNone(findPrimitives(code));
  });

  it('files, functions and doors keep their size', () => {
    expectNone(findOversize(code, EXEMPTIONS));
  });

  it('lines end at 100 columns', () => {
    expectNone(findLongLines(texts));
  });

  it('files have names that say what is inside', () => {
    expectNone(findBadNames(paths));
  });

  it('what is exported says what it is for', () => {
    expectNone(findUndocumented(code));
  });

  it('nothing silences the compiler, waits without an issue, or names one machine', () => {
    expectNone(findUnsafeSyntax(code));
    expectNone(findWords(texts));
  });

  it('the catalogue of errors and the code agree', () => {
    expectNone(findUnusedErrors(code, codes));
    expectNone(findUnknownErrors(code, codes));
  });

  it('every node type has a test beside it', () => {
    expectNone(findUntestedNodes(code));
  });

  it('every dependency is exact, decided, and from no particular host', () => {
    const manifest = readJson('package.json') as Manifest;
    expectNone(findInexactVersions(manifest));
    expectNone(findUndecidedPackages(manifest, readText('docs/decisions/0001-dependencies.md')));
    expectNone(
      findPlacesInLock(readJson('package-lock.json') as LockFile, INSTALL_SCRIPTS_NOT_NEEDED),
    );
  });
});

function expectNone(findings: readonly Finding[]): void {
  expect(findings.map(showFinding).join('\n')).toBe('');
}

function readText(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}
