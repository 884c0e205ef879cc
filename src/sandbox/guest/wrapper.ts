/**
 * Puts the user's code into a function. Everything that is added stands on lines before and after
 * the code's own, so that a place in the code is a place in the wrapped text, one line further
 * down.
 */
export interface WrappedCode {
  /** Compiled and never run: the code alone in a function declaration. */
  readonly probe: string;
  /** An expression: a function of the variables that gives the function to run. */
  readonly factory: string;
}

/** Lines that stand before the code's first line in both texts. */
export const LINES_BEFORE = 1;

/** The name of the file and of the function in the interpreter's stack traces. */
export const CODE_FILE = 'javascript';
export const CODE_FUNCTION = 'code';

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const RESERVED: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum ' +
    'eval export extends false finally for function if implements import in instanceof interface ' +
    'let new null package private protected public return static super switch this throw true try ' +
    'typeof var void while with yield context __proto__'
  ).split(' '),
);

/**
 * Wraps `code`, which sees `inputs`, `context` (a map of all names), and as variables those names
 * that can be one and are not built-ins (`globals`): a node called `Math` does not take Math away.
 * Code may declare the same names again. It may use `await`, though nothing here takes time.
 *
 * The two texts must both compile. Code that closes the function early would need what follows its
 * `}` to begin a statement in the probe and to be a comma or another `}` in the factory; no code is
 * both, so what compiles twice is the body of one function and nothing else.
 */
export function wrapCode(
  code: string,
  names: readonly string[],
  globals: ReadonlySet<string>,
): WrappedCode {
  const kind = /\bawait\b/.test(code) ? 'async ' : '';
  const variables = names.filter(
    (name) => name !== 'inputs' && isVariable(name) && !globals.has(name),
  );
  const pattern = ['inputs = {}', ...variables].join(', ');
  const body = `${CODE_FUNCTION}() {\n${code}\n}`;
  return {
    probe: `${kind}function ${body}`,
    factory: `(function ({${pattern}}, context) { return {${kind}${body}}.${CODE_FUNCTION}; })`,
  };
}

function isVariable(name: string): boolean {
  return IDENTIFIER.test(name) && !RESERVED.has(name);
}
