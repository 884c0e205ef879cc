import type { Node, SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import { computeLineStarts, skipTrivia } from 'typescript/unstable/ast/scanner';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';
import type { SourceText } from './finding.ts';

/** A node of the syntax tree with what the rules ask of it. */
export interface SyntaxNode {
  readonly kind: SyntaxKind;
  /** The text of the node, without comments before it. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  readonly parent: SyntaxNode | undefined;
  readonly children: readonly SyntaxNode[];
}

export interface ParsedFile extends SourceText {
  readonly lines: readonly string[];
  readonly tree: SyntaxNode;
}

const FOLDER = '/tidy';

/**
 * Parses files with the compiler itself, so that strings, comments, templates and regular
 * expressions are never mistaken for code. The files exist only in memory; nothing is resolved or
 * checked. Its interface is named unstable: package.json pins the exact version, and only this file
 * uses it.
 */
export function parseFiles(files: readonly SourceText[]): readonly ParsedFile[] {
  const options = { noLib: true, types: [], allowJs: true, noResolve: true, noEmit: true };
  const configFile = `${FOLDER}/tsconfig.json`;
  const config = { compilerOptions: options, files: files.map(({ path }) => path) };
  const disk: Record<string, string> = { [configFile]: JSON.stringify(config) };
  for (const { path, text } of files) disk[`${FOLDER}/${path}`] = text;
  const compiler = new API({ cwd: FOLDER, fs: createVirtualFileSystem(disk) });
  try {
    const project = compiler.updateSnapshot({ openProjects: [configFile] }).getProjects()[0];
    return files.map((file) => {
      const source = project?.program.getSourceFile(`${FOLDER}/${file.path}`);
      if (source === undefined) throw new Error(`the compiler did not parse ${file.path}`);
      return { ...file, lines: file.text.split('\n'), tree: treeOf(source, file.text) };
    });
  } finally {
    compiler.close();
  }
}

/** Calls `visit` for `node` and everything below it, parents first. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node);
  for (const child of node.children) walk(child, visit);
}

function treeOf(source: SourceFile, text: string): SyntaxNode {
  const starts = computeLineStarts(text);
  return copy(source, text, starts, undefined);
}

function copy(
  node: Node,
  text: string,
  starts: readonly number[],
  parent: SyntaxNode | undefined,
): SyntaxNode {
  const start = skipTrivia(text, node.pos);
  const children: SyntaxNode[] = [];
  const made = {
    kind: node.kind,
    text: text.slice(start, node.end),
    line: lineOf(starts, start),
    endLine: lineOf(starts, Math.max(start, node.end - 1)),
    parent,
    children,
  };
  node.forEachChild((child) => {
    children.push(copy(child, text, starts, made));
    return undefined;
  });
  return made;
}

/** The line of an offset, from 1. */
function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
