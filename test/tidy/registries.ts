import { SyntaxKind } from 'typescript/unstable/ast';
import { type Finding, isTest } from './finding.ts';
import { type ParsedFile, walk } from './syntax.ts';

/**
 * Codes of the catalogue that nothing throws. Every part of src counts but the catalogue itself.
 */
export function findUnusedErrors(
  files: readonly ParsedFile[],
  codes: readonly string[],
): readonly Finding[] {
  const texts = new Set<string>();
  for (const file of files) {
    if (!file.path.startsWith('src/') || isTest(file.path) || file.path === CATALOGUE) continue;
    walk(file.tree, ({ kind, text }) => {
      if (kind === SyntaxKind.StringLiteral) texts.add(text.slice(1, -1));
    });
  }
  return codes
    .filter((code) => !texts.has(code))
    .map((code) => {
      const message = `nothing uses ${code}; remove it, or throw it where it belongs`;
      return { path: CATALOGUE, line: 1, rule: 'errors', message };
    });
}

const CATALOGUE = 'src/errors/catalogue.ts';

/** Codes that an AppError is made with and that the catalogue does not have. */
export function findUnknownErrors(
  files: readonly ParsedFile[],
  codes: readonly string[],
): readonly Finding[] {
  const known = new Set(codes);
  return files.flatMap((file) => {
    const found: Finding[] = [];
    walk(file.tree, ({ kind, children, line }) => {
      const [callee, code] = children;
      if (kind !== SyntaxKind.NewExpression || callee?.text !== 'AppError') return;
      if (code?.kind !== SyntaxKind.StringLiteral || known.has(code.text.slice(1, -1))) return;
      const message = `${code.text} is not in the catalogue; add it to ${CATALOGUE}`;
      found.push({ path: file.path, line, rule: 'errors', message });
    });
    return found;
  });
}

/** Node types without a test beside them. What a node type is made of is tested through it. */
export function findUntestedNodes(files: readonly ParsedFile[]): readonly Finding[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap((file) => {
    const { path } = file;
    const test = path.replace(/\.ts$/, '.test.ts');
    if (!path.startsWith('src/nodes/') || isTest(path) || paths.has(test)) return [];
    if (!definesNode(file)) return [];
    const message = `write ${test}: an example, a failure and a hostile input`;
    return [{ path, line: 1, rule: 'tests', message }];
  });
}

function definesNode(file: ParsedFile): boolean {
  let found = false;
  walk(file.tree, ({ kind, children }) => {
    if (kind === SyntaxKind.CallExpression && children[0]?.text === 'defineNode') found = true;
  });
  return found;
}
