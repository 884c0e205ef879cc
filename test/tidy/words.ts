import { SyntaxKind } from 'typescript/unstable/ast';
import { type Finding, isCode, type SourceText } from './finding.ts';
import { type ParsedFile, walk } from './syntax.ts';

const RULE = 'words';

/** Constructs of the language that hide mistakes: `any`, `!`, enum, default exports. */
export function findUnsafeSyntax(files: readonly ParsedFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const found: Finding[] = [];
    walk(file.tree, ({ kind, line }) => {
      const message = Object.hasOwn(UNSAFE, kind) ? UNSAFE[kind] : undefined;
      const isAllowed = kind === SyntaxKind.ExportAssignment && file.path === 'vitest.config.ts';
      if (message === undefined || isAllowed) return;
      found.push({ path: file.path, line, rule: RULE, message });
    });
    return found;
  });
}

const UNSAFE: Readonly<Record<number, string>> = {
  [SyntaxKind.AnyKeyword]: 'any turns the compiler off; write the type, or unknown',
  [SyntaxKind.NonNullExpression]: '! claims what the compiler cannot see; test for undefined',
  [SyntaxKind.EnumDeclaration]: 'write a union of texts instead of an enum',
  [SyntaxKind.ExportAssignment]: 'export by name, not as default',
  [SyntaxKind.DefaultKeyword]: 'export by name, not as default',
  [SyntaxKind.DebuggerStatement]: 'remove the debugger statement',
  [SyntaxKind.WithStatement]: 'with makes every name uncertain',
};

interface WordRule {
  readonly form: RegExp;
  readonly message: string;
  /** Which files; absent means code. */
  readonly applies?: (path: string) => boolean;
}

// Written in pieces, so that this table does not find itself.
const WORDS: readonly WordRule[] = [
  {
    form: new RegExp(`@ts-(?:${['ignore', 'expect-error', 'nocheck'].join('|')})`),
    message: 'do not silence the compiler; mend the type',
  },
  {
    form: new RegExp(
      `\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b(?!\\(#\\d+\\))`,
    ),
    message: 'name the issue that will mend it, as in NAME(#12), or mend it now',
  },
  {
    form: new RegExp(`\\b(?:it|test|describe)\\.${'on' + 'ly'}\\b`),
    message: 'all other tests of the file would be left out',
  },
  {
    form: /(?<![\w.:/~*-])\/(?:work|root|home|Users)\/(?!user\b|me\b)[\w.-]+/,
    message: 'a path of one machine; write it from the root of the repository',
    applies: () => true,
  },
];

/**
 * Words that must not be in a file: silenced checks, promises without an issue, places of one
 * machine.
 */
export function findWords(files: readonly SourceText[]): readonly Finding[] {
  return files.flatMap(({ path, text }) => {
    const rules = WORDS.filter(({ applies = isCode }) => applies(path));
    return text
      .split('\n')
      .flatMap((line, index) =>
        rules
          .filter(({ form }) => form.test(line))
          .map(({ message }) => ({ path, line: index + 1, rule: RULE, message })),
      );
  });
}
