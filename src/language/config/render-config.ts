import { assert, emptyMap, isList, isMap, type Value } from '../../base/index.ts';
import type { Field, Fields, RenderTree } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Names } from '../expression/index.ts';
import type { ConfigPart, PlanNode } from '../plan.ts';
import { placeInFile } from '../text/index.ts';
import { labelOf } from './read-config.ts';
import { evaluatePart, renderTree } from './render-tree.ts';
import { completeValue } from './rendered-value.ts';

/** What `run` gets for one field: plain data, or a tree that the node renders itself. */
export type RenderedConfig = Record<string, Value | RenderTree | Rendered>;
type Rendered = readonly Rendered[] | { readonly [key: string]: Rendered } | Value | RenderTree;

/**
 * The config that `run` gets: defaults applied, durations in milliseconds, sizes in bytes, `before`
 * templates rendered and their results checked again, `by-node` templates as RenderTree. Throws
 * AppError TEMPLATE_UNDEFINED, TEMPLATE_TYPE or TEMPLATE_FUEL of a template, and WRONG_TYPE or
 * WRONG_VALUE where a result does not fit its field, each at its place in the file.
 */
export function renderConfig(node: PlanNode, names: Names): RenderedConfig {
  return renderFields(node.type.config, (key) => node.config[key], names);
}

function renderFields(
  fields: Fields,
  partOf: (key: string) => ConfigPart | undefined,
  names: Names,
): RenderedConfig {
  const config: RenderedConfig = Object.create(null);
  for (const [key, field] of Object.entries(fields)) {
    const part = partOf(key) ?? defaultPart(field);
    const value = part === undefined ? undefined : renderField(field, part, names);
    if (value !== undefined) config[key] = value;
  }
  return config;
}

function defaultPart(field: Field): ConfigPart | undefined {
  if (!('default' in field) || field.default === undefined) return undefined;
  return { kind: 'value', value: field.default, place: { line: 1, column: 1 } };
}

function renderField(field: Field, part: ConfigPart, names: Names): Rendered | undefined {
  if (field.template?.when === 'by-node') return asTree(part);
  if (part.kind === 'template') return renderTemplate(field, part, names);
  switch (field.kind) {
    case 'list':
      return itemsOf(part).map((item) => renderField(field.items, item, names) ?? null);
    case 'map': {
      const map: Record<string, Rendered> = Object.create(null);
      for (const [key, value] of entriesOf(part)) {
        map[key] = renderField(field.values, value, names) ?? null;
      }
      return map;
    }
    case 'object': {
      const parts = new Map(entriesOf(part));
      return renderFields(field.fields, (key) => parts.get(key), names);
    }
    case 'json':
    case 'tree':
      return renderTree(asTree(part), names);
    default:
      assert(part.kind === 'value', `a ${field.kind} is one value`);
      return part.value;
  }
}

function asTree(part: ConfigPart): RenderTree {
  // A RenderTree is a ConfigPart that its holder cannot look into; `renderTree` is the way back.
  return part as unknown as RenderTree;
}

type TemplatePart = Extract<ConfigPart, { kind: 'template' }>;

/** Undefined where the template of an optional field gave null: the field is then not given. */
function renderTemplate(field: Field, part: TemplatePart, names: Names): Value | undefined {
  const value = field.kind === 'text' ? renderedText(part, names) : evaluatePart(part, names);
  if (value === null && field.kind !== 'json' && field.required !== true) {
    return defaultPart(field)?.kind === 'value' && 'default' in field ? field.default : undefined;
  }
  const checked = completeValue(field, value, labelOf(part.origin.path));
  if (!('code' in checked)) return checked.value;
  const { code, message, remedy } = checked;
  throw new AppError(code, {
    message: `${message}: this is what the template gave`,
    retryable: false,
    place: placeInFile(part.origin, part.template.text, { line: 1, column: 1 }),
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function renderedText(part: TemplatePart, names: Names): Value {
  return evaluatePart(part, names, 'text');
}

function itemsOf(part: ConfigPart): readonly ConfigPart[] {
  if (part.kind === 'list') return part.items;
  assert(part.kind === 'value' && isList(part.value), 'a list field holds a list');
  const { value, place } = part;
  return value.map((item) => ({ kind: 'value', value: item, place }));
}

function entriesOf(part: ConfigPart): readonly (readonly [string, ConfigPart])[] {
  if (part.kind === 'map') return part.entries;
  assert(part.kind === 'value' && isMap(part.value), 'a map field holds a map');
  const { value, place } = part;
  return Object.entries(value).map(([key, item]) => [key, { kind: 'value', value: item, place }]);
}

/** The config as written, templates as their text, for checks that look across fields. */
export function literalOf(part: ConfigPart): Value {
  switch (part.kind) {
    case 'value':
      return part.value;
    case 'template':
      return part.template.text;
    case 'list':
      return part.items.map(literalOf);
    case 'map': {
      const map = emptyMap();
      for (const [key, value] of part.entries) map[key] = literalOf(value);
      return map;
    }
  }
}
