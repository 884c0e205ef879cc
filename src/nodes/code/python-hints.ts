import type { ParsedPython } from './python-syntax.ts';

/** What code can be read to do that its author will not have meant. */
export interface Hint {
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
}

type Tree = NonNullable<ParsedPython['tree']>;
type Node = Tree['topNode'];

/**
 * Mistakes that Python itself meets only when the code runs, or never: each is a guess, so none
 * stops a flow. Linear.
 */
export function pythonHints(code: string, tree: Tree): readonly Hint[] {
  const hints = new Map<string, Hint>();
  const known = new Map<string, boolean>();
  const isFree = (name: string): boolean => {
    const isBound = known.get(name) ?? isBoundIn(code, name);
    known.set(name, isBound);
    return !isBound;
  };
  tree.iterate({
    enter: ({ name, node }) => {
      if (name !== 'VariableName') return;
      const hint = hintOf(code, node, isFree);
      if (hint !== undefined && !hints.has(hint.message)) hints.set(hint.message, hint);
    },
  });
  const brace = BRACES.exec(code);
  if (brace !== null) hints.set('braces', { at: brace.index, ...BRACES_HINT });
  return [...hints.values()];
}

const BRACES = /(?<!\{)\{\{\s*(?:inputs|context)\b[^}\n]{0,200}\}\}(?!\})/;
const BRACES_HINT = {
  message: 'code is no template: {{ }} is not filled in here',
  remedy: 'Write inputs["name"], without braces.',
};

const OTHER_LANGUAGES: ReadonlyMap<string, string> = new Map([
  ['true', 'True'],
  ['false', 'False'],
  ['null', 'None'],
  ['undefined', 'None'],
]);

const DICT_METHODS: ReadonlySet<string> = new Set(
  'clear copy fromkeys get items keys pop popitem setdefault update values'.split(' '),
);

function hintOf(code: string, node: Node, isFree: (name: string) => boolean): Hint | undefined {
  const at = node.from;
  const word = code.slice(at, node.to);
  const plain = OTHER_LANGUAGES.get(word);
  if (plain !== undefined && isFree(word)) {
    return { at, message: `${word} is no name of Python`, remedy: `Write ${plain}.` };
  }
  const parent = node.parent;
  if (parent?.name !== 'MemberExpression' || parent.firstChild?.from !== at) return undefined;
  if ((word !== 'inputs' && word !== 'context') || !isFree(word)) return undefined;
  const property = parent.getChild('PropertyName');
  const name = property === null ? '' : code.slice(property.from, property.to);
  if (name === '' || name.startsWith('__') || DICT_METHODS.has(name)) return undefined;
  const message = `${word} is a dict and has no attribute ${name.slice(0, 80)}`;
  return { at, message, remedy: `Write ${word}["${name.slice(0, 80)}"].` };
}

/**
 * True where the code gives the name a value of its own, as far as a glance can tell. The pieces
 * between are bounded, so that hostile code costs no more than its length.
 */
function isBoundIn(code: string, name: string): boolean {
  const patterns = [
    String.raw`\b${name}[ \t]{0,9}(?::[^\n=]{0,200})?=(?!=)`,
    String.raw`\b(?:as|for|import|def|class)[ \t]{1,9}${name}\b`,
  ];
  // A function's own context is, nearly always, the one that it is called with.
  if (name !== 'context') {
    patterns.push(String.raw`\b(?:def \w{1,80}\(|lambda\b)[^):]{0,500}\b${name}\b`);
  }
  return new RegExp(patterns.join('|')).test(code);
}

/** True where code that ends plainly leaves no value: no `result`, and no `return` at the top. */
export function leavesNothing(code: string, tree: Tree): boolean {
  let gives = false;
  tree.iterate({
    enter: ({ name, from, to }) => {
      if (gives) return false;
      if (name === 'VariableName' && code.slice(from, to) === 'result') gives = true;
      // Code that only checks something ends with an error or with nothing, and means to.
      if (ENDS.has(name)) gives = true;
      return name !== 'FunctionDefinition' || code.slice(from, to).includes('result');
    },
  });
  return !gives;
}

const ENDS: ReadonlySet<string> = new Set(['ReturnStatement', 'RaiseStatement', 'AssertStatement']);
