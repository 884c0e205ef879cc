import {
  type ConfigIssue,
  importsAt,
  isWithin,
  type PythonLevel,
  whyNotAllowable,
} from '../kit/index.ts';
import { leavesNothing, pythonHints } from './python-hints.ts';
import { importsOf } from './python-imports.ts';
import { insteadOf } from './python-instead.ts';
import { REFUSED_NAMES, REFUSED_UNBOUND, remedyOfAttribute } from './python-names.ts';
import { type ParsedPython, parsePython } from './python-syntax.ts';

export interface PythonRules {
  /** Absent where the flow does not say: the setting counts, which is not known here. */
  readonly level?: PythonLevel | undefined;
  readonly allowed: readonly string[];
  /** True where the code itself must leave the value, and no function of it makes one. */
  readonly mustGive?: boolean;
}

/** More are not shown at a time. */
const ISSUES_MAX = 20;

/**
 * What is certainly wrong with Python code, found without running it: a syntax fault, or else what
 * its level refuses. The jail checks again with CPython's own parser and knows more; that check is
 * policy too, and the wall is the jail. Where the level is not known, what only the level trusted
 * allows is a warning.
 */
export function pythonIssues(code: string, rules: PythonRules): readonly ConfigIssue[] {
  const { tree, fault } = parsePython(code);
  if (fault !== undefined) {
    const { message, at } = fault;
    const issue = { code: 'CODE_SYNTAX', field: 'code', message, at: placeAt(code, at) } as const;
    return [isJoined(code, at) ? { ...issue, remedy: JOINED } : issue];
  }
  if (tree === undefined) return [];
  const hints = pythonHints(code, tree).map((hint) => ({ ...hint, severity: 'warning' as const }));
  const found = [
    ...wordFindings(code, tree, rules),
    ...importFindings(code, tree, rules),
    ...hints,
  ];
  found.sort((left, right) => left.at - right.at);
  const issues = found.slice(0, ISSUES_MAX).map(
    ({ at, ...issue }): ConfigIssue => ({
      code: 'CODE_REFUSED',
      field: 'code',
      ...issue,
      at: placeAt(code, at),
    }),
  );
  const isSound = issues.every(({ severity }) => severity === 'warning');
  const isLost = rules.mustGive === true && isSound && leavesNothing(code, tree);
  return isLost ? [...issues, NOTHING] : issues;
}

const NOTHING: ConfigIssue = {
  code: 'WRONG_VALUE',
  field: 'code',
  message: 'the code has no result and no return, so its value is null',
  remedy: 'Write result = ... or return ... with what the code made.',
  severity: 'warning',
};

const JOINED =
  'Mend the code there. If a new line begins there in the flow, write code: | and not code: >, ' +
  'which joins lines.';

/** True where a word stands behind one space and does not fit, as where YAML has joined lines. */
function isJoined(code: string, at: number): boolean {
  const line = code.slice(code.lastIndexOf('\n', at - 1) + 1, at);
  return /\S $/.test(line) && /[\w@]/.test(code.charAt(at));
}

type Tree = NonNullable<ParsedPython['tree']>;

interface Finding {
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
  readonly severity?: 'warning';
}

/** Names, attributes and statements that are refused. */
function wordFindings(code: string, tree: Tree, { level }: PythonRules): readonly Finding[] {
  const findings: Finding[] = [];
  const reads: (Finding & { readonly name: string })[] = [];
  const bound = new Set<string>();
  tree.iterate({
    enter: ({ name: kind, from: at, to, node }) => {
      const word = code.slice(at, to);
      const remedy = REFUSED_UNBOUND.get(word);
      if (kind !== 'VariableName' || remedy === undefined) {
        findings.push(...findingsOf(node, word, level));
      } else if (isRead(node)) {
        const shown = node.parent?.name === 'CallExpression' ? `${word}()` : word;
        reads.push({ at, message: `${shown} is refused`, remedy, name: word });
      } else if (!isArgumentName(node)) bound.add(word);
    },
  });
  const ofPython = reads.filter(({ name }) => !bound.has(name));
  return [...findings, ...ofPython.map(({ name: _, ...finding }) => finding)];
}

/** Around a name that is only read. */
const READING: ReadonlySet<string> = new Set([
  'BinaryExpression',
  'CallExpression',
  'ConditionalExpression',
  'DictionaryExpression',
  'ExpressionStatement',
  'MemberExpression',
  'ReturnStatement',
  'SetExpression',
  'UnaryExpression',
]);

/** What may stand around names on both sides of an assignment. */
const GROUPS: ReadonlySet<string> = new Set([
  'ArrayExpression',
  'ParenthesizedExpression',
  'TupleExpression',
]);

/** True where the name is certainly read; it may be given a value in all other places. */
function isRead(name: Node): boolean {
  let node = name;
  while (node.parent !== null && GROUPS.has(node.parent.name)) node = node.parent;
  const around = node.parent?.name ?? '';
  if (READING.has(around)) return true;
  if (around === 'ArgList') return !isArgumentName(node);
  if (around !== 'AssignStatement') return false;
  let hasValueBehind = false;
  for (let next = node.nextSibling; next !== null; next = next.nextSibling) {
    if (next.name === 'AssignOp') hasValueBehind = true;
  }
  return !hasValueBehind && isBehindAssignment(node);
}

/** True for `b` in `a = b`, and not for it in `b: int`. */
function isBehindAssignment(node: Node): boolean {
  for (let before = node.prevSibling; before !== null; before = before.prevSibling) {
    if (before.name === 'AssignOp') return true;
  }
  return false;
}

type Node = Tree['topNode'];

/** What is wrong with one node of the tree alone. */
function findingsOf(node: Node, word: string, level: PythonRules['level']): readonly Finding[] {
  const at = node.from;
  if (node.name === 'VariableName') {
    const remedy = REFUSED_NAMES.get(word);
    if (remedy === undefined || isArgumentName(node)) return [];
    return [{ at, message: `${word} is refused`, remedy }];
  }
  if (node.name === 'PropertyName') {
    const remedy = remedyOfAttribute(word);
    return remedy === undefined
      ? []
      : [{ at, message: `the attribute ${word} is refused`, remedy }];
  }
  if (node.name === 'async' || node.name === 'await') {
    const remedy = 'Write it without async and await: there is nothing to wait for.';
    return [{ at, message: `${word} is refused`, remedy }];
  }
  if (node.name !== 'ClassDefinition' || level !== 'strict') return [];
  const message = 'classes are refused at the level strict';
  return [{ at, message, remedy: 'Use dicts and functions.' }];
}

/** True for `open` in `f(open=1)`: the name of somebody else's parameter. */
function isArgumentName(node: Node): boolean {
  return node.parent?.name === 'ArgList' && node.nextSibling?.name === 'AssignOp';
}

function importFindings(code: string, tree: Tree, rules: PythonRules): readonly Finding[] {
  return importsOf(code, tree).flatMap(({ module, at, kind }) => {
    if (kind === 'relative') {
      const message = 'relative imports are refused';
      return [{ at, message, remedy: 'There are no modules beside this code; import by name.' }];
    }
    const refusal = importRefusal(module, rules);
    if (refusal !== undefined) return [{ at, ...refusal }];
    const remedy = `Import the names that you need of ${module}.`;
    return kind === 'star' ? [{ at, message: 'star imports are refused', remedy }] : [];
  });
}

function importRefusal(
  module: string,
  { level, allowed }: PythonRules,
): Omit<Finding, 'at'> | undefined {
  if (level === 'strict') {
    const message = `the import of ${module} is refused: the level strict has none`;
    return { message, remedy: 'Do without it, or set security_level: normal.' };
  }
  const assumed = level ?? 'normal';
  if (isInReach(module, importsAt(assumed, allowed))) return undefined;
  const isForTrusted = isInReach(module, importsAt('trusted', allowed));
  const isWarning = level === undefined && isForTrusted;
  return {
    message: `the import of ${module} is refused at the level ${assumed}`,
    remedy: importRemedy(module, assumed, allowed),
    ...(isWarning ? { severity: 'warning' as const } : {}),
  };
}

function importRemedy(module: string, level: PythonLevel, allowed: readonly string[]): string {
  const why = whyNotAllowable(level, module);
  if (why === undefined) return `Write allowed_imports: [${module}] in the config.`;
  if (why === 'trusted-only' || isInReach(module, importsAt('trusted', allowed))) {
    return 'Set security_level: trusted where the operator allows it, or do without the module.';
  }
  const remedy = insteadOf(module) ?? 'Do without it.';
  return `${remedy} Allowed are ${importsAt(level, allowed).join(', ')}.`;
}

/** True for a module of the list, what is inside one, and a package on the way to one. */
function isInReach(module: string, list: readonly string[]): boolean {
  return list.some((name) => isWithin(module, name) || isWithin(name, module));
}

function placeAt(code: string, at: number): { readonly line: number; readonly column: number } {
  const before = code.slice(0, at).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
