import type { Templating } from '../../contract/index.ts';
import { type AppError, asAppError } from '../../errors/index.ts';
import { compileTemplate, type Template } from '../expression/index.ts';
import type { ConfigPart, TextOrigin } from '../plan.ts';
import { originOf, placeInFile, type ScalarTree } from '../text/index.ts';
import type { ConfigReader } from './read-config.ts';
import { levelAt } from './template-levels.ts';

/** A template of the flow, for the check of the names that it reads. */
export interface UsedTemplate {
  readonly template: Template;
  readonly origin: TextOrigin;
  /** Names that the node itself gives when it renders. */
  readonly given: readonly string[];
}

/** True where a text holds anything that a template renders. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}

/**
 * Compiles a text that holds a template at the level of its place. Where no template is rendered,
 * the text is a problem: it would otherwise reach the node with its braces.
 */
export function readTemplate(
  reader: ConfigReader,
  tree: ScalarTree,
  spot: { readonly path: string; readonly templating: Templating | undefined },
): ConfigPart | undefined {
  const { path, templating } = spot;
  const text = String(tree.value);
  const place = reader.source.place(tree.start, path);
  if (templating === undefined) {
    const at = text.search(/\{\{|\{%/);
    if (at === -1) return { kind: 'value', value: text, place };
    refuseBraces(reader, tree, { path, at });
    return undefined;
  }
  const level = levelAt(reader, templating);
  const origin = originOf(reader.source, tree, path);
  try {
    const template = compileTemplate(text, level);
    reader.templates.push({ template, origin, given: templating.names ?? [] });
    return { kind: 'template', template, place, origin };
  } catch (thrown) {
    refuseTemplate(reader, thrown, { origin, text });
    return undefined;
  }
}

function refuseTemplate(
  reader: ConfigReader,
  thrown: unknown,
  at: { readonly origin: TextOrigin; readonly text: string },
): void {
  const error = asAppError(thrown);
  const place = placeInFile(at.origin, at.text, positionOf(error));
  const { code, message, remedy } = error;
  reader.problems.add({ code, message, remedy, place });
}

/**
 * The line and column in the template that an error of the template language tells; 1, 1 by
 * default.
 */
export function positionOf(error: AppError): { line: number; column: number } {
  const { line, column } = error.details ?? {};
  return {
    line: typeof line === 'number' ? line : 1,
    column: typeof column === 'number' ? column : 1,
  };
}

function refuseBraces(
  reader: ConfigReader,
  tree: ScalarTree,
  { path, at }: { readonly path: string; readonly at: number },
): void {
  const text = String(tree.value);
  const inner = /^\{\{\s*([\w.[\]'"-]+)\s*\}\}$/.exec(text.trim())?.[1];
  const before = text.slice(0, at).split('\n');
  const position = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  reader.problems.add({
    code: 'WRONG_VALUE',
    message: `${path.slice(path.lastIndexOf('.') + 1)} is not a template, but holds braces`,
    remedy:
      inner === undefined ? 'Write the value itself, without braces.' : `Write ${inner} alone.`,
    place: placeInFile(originOf(reader.source, tree, path), text, position),
  });
}
