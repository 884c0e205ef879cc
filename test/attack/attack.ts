import type { PythonLevel, TemplateLevel } from '../../src/contract/index.ts';

/**
 * Where an attack was stopped. `reader`: a problem when the flow is saved. `level`: the template
 * level. `language`: the expression language has no such thing. `budget`: fuel or bytes of a
 * template. `policy`: the check of Python's syntax tree. `interpreter`: the interpreter of the code
 * has no such thing. `limit`: time, memory, output or log. `jail`: the kernel. `kill`: the process
 * was ended from outside.
 */
export const LAYERS = [
  'reader',
  'level',
  'language',
  'budget',
  'policy',
  'interpreter',
  'limit',
  'jail',
  'kill',
] as const;
export type Layer = (typeof LAYERS)[number];

/** How hostile text comes in. The two `opened` doors have an interpreter with a hole behind. */
export type Door =
  | 'template'
  | 'flow'
  | 'javascript'
  | 'python'
  | 'opened javascript'
  | 'opened python';

/** One text to try, and what it needs; a plain text needs nothing. */
export type Payload =
  | string
  | {
      readonly text: string;
      /** Variables of the code or of the template. */
      readonly names?: Readonly<Record<string, unknown>>;
      readonly python?: PythonLevel;
      readonly timeoutMs?: number;
    };

/** Texts of one kind, tried at one door. */
export interface AttackSet {
  readonly name: string;
  /** As in the catalogue of rivals' advisories: A1 is an escape from an expression, and so on. */
  readonly class: string;
  readonly door: Door;
  /** What all of them are after, in a few words. */
  readonly tries: string;
  readonly accept: readonly Layer[];
  /** Templates only; absent means unsafe, the most that there is. */
  readonly level?: TemplateLevel;
  /** Read when the set is tried; undefined where its list of texts is not on this machine. */
  payloads(): readonly Payload[] | undefined;
}

/** How one text ended. `through` says what it got, and is absent where it got nothing. */
export interface Outcome {
  readonly layer: Layer;
  /** Such as `TEMPLATE_FUEL`, `EPERM` or `time`. */
  readonly detail: string;
  readonly through?: string;
  /** What came out, where it got through. */
  readonly told?: string;
}

/** Every level of Python, for texts that are tried at each. */
export const PYTHON_LEVELS = ['strict', 'normal', 'trusted'] as const satisfies PythonLevel[];

/** The text of a payload. */
export function textOf(payload: Payload): string {
  return typeof payload === 'string' ? payload : payload.text;
}
