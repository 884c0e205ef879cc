import { TEMPLATE_LIMITS, type Value } from '../../base/index.ts';
import type { TemplateLevel } from '../../contract/index.ts';
import { checkLevel } from './levels.ts';
import { makeProgram, type Program } from './program.ts';
import { parseTemplate, refusal } from './syntax/index.ts';

/** What a template can see. Implementations give plain Values; nothing of the host is reachable. */
export interface Names {
  /** The value of a name, undefined when there is none. */
  get(name: string): Value | undefined;
  /**
   * A field under which the whole value of a name can also be read, where the value has no such
   * field of its own: `data` of a file, `result` of code, as system 1 wraps them.
   */
  aliasOf?(name: string): string | undefined;
  /** Why a name has no value, as the end of a sentence: "node fetch was skipped". */
  whyMissing?(name: string): string | undefined;
  /** The names that have a value, for near matches in messages. */
  all?(): readonly string[];
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
  /**
   * True when the text is one single `{{ ... }}`, with at most whitespace around it: `evaluate`
   * then keeps the type.
   */
  readonly isExpression: boolean;
  /** True when the text holds no template syntax at all. */
  readonly isPlain: boolean;
  /** Every outside name the template may read, each use once per place. */
  readonly uses: readonly TemplateUse[];
  /**
   * Errors: TEMPLATE_UNDEFINED, TEMPLATE_TYPE, TEMPLATE_FUEL, with details {line, column} in the
   * template.
   */
  render(names: Names): string;
  /**
   * The typed value of a single expression; the rendered text of anything else. Errors as `render`.
   */
  evaluate(names: Names): Value;
}

/**
 * Compiles a template at a level; cached by level and text. Throws AppError TEMPLATE_SYNTAX,
 * TEMPLATE_LEVEL or TEMPLATE_TOO_LARGE with details {line, column} in the template. Linear in the
 * text.
 */
export function compileTemplate(text: string, level: TemplateLevel): Template {
  const key = `${level}:${text}`;
  const known = cache.get(key);
  if (known !== undefined) {
    // Moved to the end: the first of the map is the one not used for longest.
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const template = makeTemplate(text, level);
  cache.set(key, template);
  cachedLength += text.length;
  while (cache.size > TEMPLATE_LIMITS.cached || cachedLength > TEMPLATE_LIMITS.cachedLength) {
    const [oldest] = cache;
    if (oldest === undefined) break;
    cache.delete(oldest[0]);
    cachedLength -= oldest[1].text.length;
  }
  return template;
}

/** Templates are values that never change, so sharing them over a process is safe. */
const cache = new Map<string, Template>();
let cachedLength = 0;

function makeTemplate(text: string, level: TemplateLevel): Template {
  if (Buffer.byteLength(text) > TEMPLATE_LIMITS.textBytes) {
    const most = TEMPLATE_LIMITS.textBytes / 1024;
    throw refusal(
      'TEMPLATE_TOO_LARGE',
      { line: 1, column: 1 },
      { message: `the template is larger than ${most} KB` },
    );
  }
  const body = parseTemplate(text);
  checkLevel(body, level);
  const program: Program = makeProgram(body, level);
  return Object.freeze({
    text,
    level,
    isExpression: program.isExpression,
    isPlain: body.every((statement) => statement.kind === 'text'),
    uses: Object.freeze(program.uses.map((use) => Object.freeze(use))),
    render: (names: Names) => program.render(names),
    evaluate: (names: Names) => program.evaluate(names),
  });
}
