import { emptyMap, isList, isMap, type Value } from '../../base/index.ts';
import type { RenderTree } from '../../contract/index.ts';
import { asAppError } from '../../errors/index.ts';
import type { Names } from '../expression/index.ts';
import type { ConfigPart } from '../plan.ts';
import { placeInFile } from '../text/index.ts';
import { positionOf } from './template-text.ts';

/** Turns the text that a template rendered into the value that its node makes of it. */
export type ReadText = (text: string) => Value;

/**
 * Renders the templates of a by-node field, leaf by leaf; keys of maps are never templates and
 * other data stays as it is. A text that is one single expression keeps the type of its value;
 * `readText` sees the text of all others. Errors are those of the template language, at their place
 * in the file.
 */
export function renderTree(tree: RenderTree, names: Names, readText?: ReadText): Value {
  return renderPart(partOf(tree), names, readText);
}

/** The text of a by-node text field as written, unrendered; '' for a list or map. */
export function treeSource(tree: RenderTree): string {
  const part = partOf(tree);
  if (part.kind === 'template') return part.template.text;
  return part.kind === 'value' && typeof part.value === 'string' ? part.value : '';
}

/** True when a template of the tree reads this name from outside. Linear in the tree. */
export function treeMentions(tree: RenderTree, name: string): boolean {
  return mentions(partOf(tree), name);
}

function mentions(part: ConfigPart, name: string): boolean {
  if (part.kind === 'template') return part.template.uses.some(({ root }) => root === name);
  if (part.kind === 'list') return part.items.some((item) => mentions(item, name));
  return part.kind === 'map' && part.entries.some(([, value]) => mentions(value, name));
}

function partOf(tree: RenderTree): ConfigPart {
  // Only `renderConfig` makes a RenderTree, and it makes it of a ConfigPart.
  return tree as unknown as ConfigPart;
}

function renderPart(part: ConfigPart, names: Names, readText: ReadText | undefined): Value {
  switch (part.kind) {
    case 'value':
      return readText === undefined ? part.value : withTextsRead(part.value, readText);
    case 'template': {
      const value = evaluatePart(part, names);
      const isText = typeof value === 'string' && !part.template.isExpression;
      return isText && readText !== undefined ? readText(value) : value;
    }
    case 'list':
      return part.items.map((item) => renderPart(item, names, readText));
    case 'map': {
      const map = emptyMap();
      for (const [key, value] of part.entries) map[key] = renderPart(value, names, readText);
      return map;
    }
  }
}

/**
 * Data without templates: its texts are those of the flow, which `readText` sees like any other.
 */
function withTextsRead(value: Value, readText: ReadText): Value {
  if (typeof value === 'string') return readText(value);
  if (isList(value)) return value.map((item) => withTextsRead(item, readText));
  if (!isMap(value)) return value;
  const map = emptyMap();
  for (const [key, item] of Object.entries(value)) map[key] = withTextsRead(item, readText);
  return map;
}

/** Renders one template; its errors get the place in the file. `as: text` never keeps a type. */
export function evaluatePart(
  part: Extract<ConfigPart, { kind: 'template' }>,
  names: Names,
  as: 'value' | 'text' = 'value',
): Value {
  const { template, origin } = part;
  try {
    return as === 'text' ? template.render(names) : template.evaluate(names);
  } catch (thrown) {
    const error = asAppError(thrown);
    throw error.at(placeInFile(origin, template.text, positionOf(error)));
  }
}
