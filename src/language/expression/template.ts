import type { Value } from '../../base/index.ts';
import type { TemplateLevel } from '../../contract/index.ts';

/** What a template can see. Implementations give plain Values; nothing of the host is reachable. */
export interface Names {
  /** The value of a name, undefined when there is none. */
  get(name: string): Value | undefined;
  /** Why a name has no value, as the end of a sentence: "node fetch was skipped". */
  whyMissing?(name: string): string | undefined;
}

/** A name that a template reads from outside, with the fields that follow it literally. */
export interface TemplateUse {
  readonly root: string;
  readonly fields: readonly string[];
  /** In the template, from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Template {
  readonly text: string;
  readonly level: TemplateLevel;
  /** True when the text is one single `{{ ... }}` and nothing else: `evaluate` then keeps the type. */
  readonly isExpression: boolean;
  /** True when the text holds no template syntax at all. */
  readonly isPlain: boolean;
  /** Every outside name the template may read, each use once per place. */
  readonly uses: readonly TemplateUse[];
  /** Errors: TEMPLATE_UNDEFINED, TEMPLATE_TYPE, TEMPLATE_FUEL, with details {line, column} in the template. */
  render(names: Names): string;
  /** The typed value of a single expression; the rendered text of anything else. Errors as `render`. */
  evaluate(names: Names): Value;
}

/**
 * Compiles a template at a level; cached by level and text. Throws AppError TEMPLATE_SYNTAX,
 * TEMPLATE_LEVEL or TEMPLATE_TOO_LARGE with details {line, column} in the template.
 */
export function compileTemplate(_text: string, _level: TemplateLevel): Template {
  throw new Error('to be written');
}
