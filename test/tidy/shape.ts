import { SyntaxKind } from 'typescript/unstable/ast';
import { type Finding, isCode, isTest, type SourceText } from './finding.ts';
import { type ParsedFile, type SyntaxNode, walk } from './syntax.ts';

/** A file that may exceed a limit, by how much, and why. Numbers only ever go down. */
export interface Exemption {
  readonly path: string;
  readonly measure: Measure;
  readonly max: number;
  readonly reason: string;
}

type Measure = 'lines' | 'exports' | 'function lines';

/**
 * STYLE.md, Size. In admired trees it is the tail that ruins a house, so the tail is policed.
 * Exports are those that run: the types of one model belong together however many they are.
 */
const LIMITS: Readonly<Record<Measure, number>> = {
  lines: 300,
  exports: 7,
  'function lines': 70,
};
/** A test is a list of cases, which reads well at twice the length. */
const TEST_LINES_MAX = 600;
const COLUMNS_MAX = 100;
/** An exemption may be so much larger than its file before its number must follow. */
const SLACK = 1.1;

/**
 * Files, functions and doors that are too large. An exemption that is larger than what it covers is
 * a finding too, so that its number follows the file down and goes when the file is small enough.
 */
export function findOversize(
  files: readonly ParsedFile[],
  exemptions: readonly Exemption[],
): readonly Finding[] {
  const found: Finding[] = [];
  for (const file of files) {
    for (const { measure, amount, line, what } of measuresOf(file)) {
      const allowed = exemptions.find((one) => one.path === file.path && one.measure === measure);
      const max = allowed?.max ?? limitOf(measure, file.path);
      if (amount <= max) continue;
      const message = `${what} has ${amount} ${measure}, the limit is ${max}; divide it by ideas`;
      found.push({ path: file.path, line, rule: 'size', message });
    }
  }
  return [...found, ...exemptions.flatMap((one) => staleExemption(one, files))];
}

function limitOf(measure: Measure, path: string): number {
  return measure === 'lines' && isTest(path) ? TEST_LINES_MAX : LIMITS[measure];
}

function staleExemption(one: Exemption, files: readonly ParsedFile[]): readonly Finding[] {
  const file = files.find(({ path }) => path === one.path);
  const amounts = file === undefined ? [] : measuresOf(file);
  const largest = Math.max(
    0,
    ...amounts.filter(({ measure }) => measure === one.measure).map(({ amount }) => amount),
  );
  const isNeeded = largest > limitOf(one.measure, one.path);
  if (isNeeded && largest * SLACK >= one.max) return [];
  const wanted = isNeeded ? `lower it to ${largest}` : 'remove it';
  const message = `the exemption for ${one.max} ${one.measure} is larger than the file; ${wanted}`;
  return [{ path: one.path, line: 1, rule: 'size', message }];
}

interface Amount {
  readonly measure: Measure;
  readonly amount: number;
  readonly line: number;
  readonly what: string;
}

function measuresOf(file: ParsedFile): readonly Amount[] {
  const lines = file.text.replace(/\n$/, '').split('\n').length;
  const amounts: Amount[] = [{ measure: 'lines', amount: lines, line: 1, what: 'the file' }];
  if (isTest(file.path)) return amounts;
  if (!file.path.endsWith('/index.ts')) {
    const exports = exportsOf(file).filter(({ node }) => !TYPES.has(node.kind)).length;
    amounts.push({ measure: 'exports', amount: exports, line: 1, what: 'the file' });
  }
  walk(file.tree, (node) => {
    if (!FUNCTIONS.has(node.kind)) return;
    const amount = node.endLine - node.line + 1;
    amounts.push({ measure: 'function lines', amount, line: node.line, what: nameOf(node) });
  });
  return amounts;
}

const TYPES = new Set([SyntaxKind.InterfaceDeclaration, SyntaxKind.TypeAliasDeclaration]);

const FUNCTIONS = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

function nameOf(node: SyntaxNode): string {
  const name = node.children.find(({ kind }) => kind === SyntaxKind.Identifier);
  return name === undefined || node.kind === SyntaxKind.ArrowFunction
    ? 'a function'
    : `${name.text}()`;
}

/** Every name that a file exports, with the statement that exports it; `export *` counts as one. */
export function exportsOf(
  file: ParsedFile,
): readonly { readonly name: string; readonly node: SyntaxNode }[] {
  return file.tree.children.flatMap((node) => {
    if (node.kind === SyntaxKind.ExportDeclaration) {
      const list = node.children.find(({ kind }) => kind === SyntaxKind.NamedExports);
      const names = list?.children.map(({ text }) => text) ?? ['*'];
      return names.map((name) => ({ name, node }));
    }
    if (!node.children.some(({ kind }) => kind === SyntaxKind.ExportKeyword)) return [];
    return declaredNames(node).map((name) => ({ name, node }));
  });
}

function declaredNames(statement: SyntaxNode): readonly string[] {
  const list = statement.children.find(({ kind }) => kind === SyntaxKind.VariableDeclarationList);
  if (list !== undefined) return list.children.map(({ children }) => children[0]?.text ?? '');
  return [statement.children.find(({ kind }) => kind === SyntaxKind.Identifier)?.text ?? ''];
}

/**
 * Exported functions and classes of src without a docstring. Tables say themselves what they hold.
 */
export function findUndocumented(files: readonly ParsedFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    if (!file.path.startsWith('src/') || isTest(file.path)) return [];
    return exportsOf(file).flatMap(({ name, node }) => {
      const isDocumented = (file.lines[node.line - 2] ?? '').trim().endsWith('*/');
      if (isDocumented || !DOCUMENTED.has(node.kind)) return [];
      const message = `${name} is exported without a docstring; say in a sentence what it is for`;
      return [{ path: file.path, line: node.line, rule: 'docstring', message }];
    });
  });
}

const DOCUMENTED = new Set([SyntaxKind.FunctionDeclaration, SyntaxKind.ClassDeclaration]);

/** Lines over 100 columns, but for what cannot be divided. */
export function findLongLines(files: readonly SourceText[]): readonly Finding[] {
  return files.flatMap(({ path, text }) => {
    if (!isCode(path)) return [];
    return text.split('\n').flatMap((line, index) => {
      const columns = [...line].length;
      if (columns <= COLUMNS_MAX || isUndividable(line)) return [];
      const message = `the line has ${columns} columns, the limit is ${COLUMNS_MAX}`;
      return [{ path, line: index + 1, rule: 'columns', message }];
    });
  });
}

/** An address, an import, a word for another tool; in code also a literal that fills the line. */
function isUndividable(line: string): boolean {
  if (/\S{60}|^(?:import|export) .* from |\/\/ biome-ignore /.test(line)) return true;
  const isComment = /^\s*(?:\/\/|\/?\*)/.test(line);
  return !isComment && /(['"`/]).{40,}\1/.test(line);
}

/** File names that are not kebab-case, or that say nothing about the thing inside. */
export function findBadNames(paths: readonly string[]): readonly Finding[] {
  return paths.flatMap((path) => {
    const name = (path.split('/').at(-1) ?? '').replace(/(?:\.(?:test|d|config))?\.\w+$/, '');
    if (!isCode(path)) return [];
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)) {
      return [{ path, line: 1, rule: 'names', message: 'the file name is not kebab-case' }];
    }
    const empty = /(?:^|-)(?:utils?|helpers?|manager|services?|misc|common)$/.exec(name);
    // An example may start a service of its own.
    if (empty === null || path.startsWith('examples/')) return [];
    const message = `"${empty[0]}" names nothing; name the file for the thing inside`;
    return [{ path, line: 1, rule: 'names', message }];
  });
}
