import { SyntaxKind } from 'typescript/unstable/ast';
import { type ParsedFile, type SyntaxNode, walk } from './syntax.ts';

/** One module that a file names: statically, dynamically, by require, or in a type. */
export interface ImportUse {
  readonly specifier: string;
  readonly line: number;
}

/** A specifier that is not a literal text is given as ''. */
export function importsOf(file: ParsedFile): readonly ImportUse[] {
  const found: ImportUse[] = [];
  walk(file.tree, (node) => {
    const named = moduleNamedBy(node);
    if (named !== undefined) found.push({ specifier: textOf(named), line: named.line });
  });
  return found;
}

function moduleNamedBy(node: SyntaxNode): SyntaxNode | undefined {
  switch (node.kind) {
    case SyntaxKind.ImportDeclaration:
    case SyntaxKind.ExportDeclaration:
      return node.children.find((child) => child.kind === SyntaxKind.StringLiteral);
    case SyntaxKind.ImportType:
      return node.children[0];
    case SyntaxKind.CallExpression: {
      const [callee, argument] = node.children;
      if (callee?.kind === SyntaxKind.ImportKeyword) return argument;
      const isRequire = callee?.text === 'require' && argument?.kind === SyntaxKind.StringLiteral;
      return isRequire ? argument : undefined;
    }
    default:
      return undefined;
  }
}

function textOf(node: SyntaxNode): string {
  return /^['"`]([^'"`$]*)['"`]$/.exec(node.text)?.[1] ?? '';
}

/** `src/a/b.ts` and `../c/index.ts` give `src/c/index.ts`; undefined for packages. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
