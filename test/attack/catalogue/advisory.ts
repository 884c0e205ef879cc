/** Why an advisory of another product cannot come true here, and what shows it. */
export type Proof =
  /** Sets of attacks that are replayed; see sets/index.ts. */
  | { readonly sets: readonly string[] }
  /** A file of tests that covers it. */
  | { readonly test: string }
  /** There is nothing yet that it could happen to: what it is about comes with this issue. */
  | { readonly issue: 5 | 6 | 7 | 8 | 9; readonly what: string };

export interface Advisory {
  /** As published; a row that has no number of its own has the name of product and release. */
  readonly ids: readonly string[];
  readonly rival: string;
  readonly class: string;
  /** What went wrong there, in a few words. */
  readonly cause: string;
  readonly proofs: readonly Proof[];
}

/** What is tried wherever an expression of a flow became code. */
export const EXPRESSION: Proof = {
  sets: [
    'expression/jinja-spellings',
    'expression/javascript-spellings',
    'expression/gadgets',
    'expression/level',
    'expression/published',
  ],
};

/** What is tried wherever code left its JavaScript sandbox. */
export const JAVASCRIPT: Proof = {
  sets: [
    'javascript/constructors',
    'javascript/eval',
    'javascript/statements',
    'javascript/modules',
    'javascript/shared-memory',
    'javascript/host-functions',
    'javascript/proxies',
    'javascript/getters',
    'javascript/errors',
    'javascript/async',
    'javascript/coercions',
    'opened javascript/reach',
  ],
};

/** What is tried wherever code left its Python sandbox. */
export const PYTHON: Proof = {
  sets: [
    'python/class-walk',
    'python/frames',
    'python/formats',
    'python/builtins',
    'python/imports',
    'python/files',
    'python/processes',
    'python/network',
    'python/kept',
    'opened python/ways-out',
    'opened python/reach',
  ],
};

/** A proof by a file of tests. */
export function byTest(test: string): Proof {
  return { test };
}

/** Something that this server does not have before the issue. */
export function comesWith(issue: 5 | 6 | 7 | 8 | 9, what: string): Proof {
  return { issue, what };
}
