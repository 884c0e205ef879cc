/**
 * Python that the parser does not know, respelt as Python that it does. Every character keeps its
 * place and the shape of the code stays, so that places and names can be read from the original:
 *
 * - `24.` becomes `240`, and a `yield` without a value a name
 * - `print` becomes a name, as the parser also takes the print of Python 2
 * - `as` in a `with` becomes a comma: the parser takes only a plain name after it
 * - patterns of a `case` lose their dots and empty brackets
 * - `@` of a decorator becomes a sign: the parser takes only a dotted name after it
 * - stars in lists, subscripts and targets of `for`, and `/` in a lambda, are left out
 * - line breaks of other systems become that of this one
 * - a form feed, which starts a line anew, changes places with the line break before it
 *
 * What stands in strings may change too, and means nothing to whoever reads the tree. Linear.
 */
export function respelt(code: string): Respelt {
  const joined = code.replaceAll('\\\r\n', '\\\n ');
  const lines = joined.replaceAll('\r\n', ' \n').replaceAll('\r', '\n');
  const swapped = lines.replace(FORM_FEEDS, (match) => `${' '.repeat(match.length - 1)}\n`);
  const text = swapped.replaceAll('\f', ' ');
  const state: State = { brackets: [], statement: undefined, list: undefined, before: '\n' };
  const statements: number[] = [];
  let tooDeepAt: number | undefined;
  const spelling = text.replace(TOKEN, (token: string, at: number) => {
    const after = text.slice(at + token.length, at + token.length + LOOK_AHEAD);
    const isFirst = state.brackets.length === 0 && state.before === '\n';
    if (isFirst && token !== '\n' && !token.startsWith('#')) statements.push(at);
    const word = respeltToken(state, token, after);
    followed(state, token);
    if (state.brackets.length > BRACKETS_MAX) tooDeepAt ??= at;
    return word;
  });
  return { text: spelling, statements, tooDeepAt };
}

export interface Respelt {
  readonly text: string;
  /** Where each line of code begins that does not go on with the one before, in order. */
  readonly statements: readonly number[];
  /** Where brackets are nested deeper than Python takes. */
  readonly tooDeepAt: number | undefined;
}

/** Python's own tokeniser takes no more. */
const BRACKETS_MAX = 200;

const FORM_FEEDS = /\n[ \t\f]*\f/g;
const LOOK_AHEAD = 80;

/**
 * Strings and comments as wholes, so that nothing inside them is taken for code. A string without
 * an end goes to the end of its line, or of the code, as for Python; nothing is tried twice.
 */
const TOKEN = new RegExp(
  [
    String.raw`[a-zA-Z]{0,2}(?:"""(?:[^\\]|\\[^])*?(?:"""|$)|'''(?:[^\\]|\\[^])*?(?:'''|$))`,
    String.raw`[a-zA-Z]{0,2}(?:"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?)`,
    String.raw`#[^\n]*`,
    String.raw`(?<![\w.\u0080-\uffff])\d[\d_]*\.(?![\d_])`,
    String.raw`[\w\u0080-\uffff]+`,
    String.raw`\\\n|\*\*|//|:=`,
    String.raw`[^ \t]`,
  ].join('|'),
  'g',
);

interface State {
  /** Those that are open. */
  readonly brackets: string[];
  /** The first word of the statement, where it matters. */
  statement: 'with' | 'case' | undefined;
  /** Between this word and what ends its names. */
  list: 'for' | 'lambda' | undefined;
  /** The token before this one, without comments. */
  before: string;
}

function respeltToken(state: State, token: string, after: string): string {
  const { brackets, before, list } = state;
  if (brackets.length === 0 && (before === '\n' || before === 'async')) {
    if (token === '@') return '+';
    state.statement = token === 'with' || token === 'case' ? token : undefined;
  }
  if (state.statement === 'case') {
    if (token === '.' || EMPTY.has(token + after.charAt(0)) || EMPTY.has(before + token)) {
      return '_';
    }
  }
  if (token === 'as' && state.statement === 'with') return ', ';
  if (token === 'yield' && ENDS_YIELD.test(after)) return 'yiel_';
  if (token === 'print') return 'prin_';
  if (list === 'lambda' && token === '/' && before === ',') return '_';
  if (list === 'lambda' && token === ',' && /^[ \t]*:/.test(after)) return ' ';
  if (token === '*' && isLeftOut(state, after)) return ' ';
  return NUMBER_WITH_DOT.test(token) ? `${token.slice(0, -1)}0` : token;
}

const EMPTY: ReadonlySet<string> = new Set(['()', '[]', '{}']);
const ENDS_YIELD = /^[ \t]*(?:$|[\n)\]};#,=])/;
const NUMBER_WITH_DOT = /^\d[\d_]*\.$/;

/** True for the star of `[*rest]`, `rows[*places]` and `for first, *rest in rows`. */
function isLeftOut({ brackets, before, list }: State, after: string): boolean {
  if (!/^[ \t]*[\w([\u0080-\uffff]/.test(after)) return false;
  if (before === 'for') return true;
  return before === ',' || before === '[' ? list === 'for' || brackets.at(-1) === '[' : false;
}

function followed(state: State, token: string): void {
  if (token === '\\\n' || token.startsWith('#')) return;
  const { brackets } = state;
  if (token === '(' || token === '[' || token === '{') brackets.push(token);
  else if (token === ')' || token === ']' || token === '}') brackets.pop();
  else if (token === 'for' || token === 'lambda') state.list = token;
  else if (token === 'in' || token === ':') state.list = undefined;
  if (token === ':' && brackets.length === 0) state.statement = undefined;
  state.before = token;
}
