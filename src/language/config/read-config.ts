import { emptyMap, type Value } from '../../base/index.ts';
import type { Field, Fields, TemplateLevel, Templating } from '../../contract/index.ts';
import type { Place } from '../../errors/index.ts';
import type { ConfigPart, PlanConfig } from '../plan.ts';
import type { ProblemList } from '../problems.ts';
import {
  dataOf,
  type ListTree,
  type MapTree,
  memberPath,
  originOf,
  type ScalarTree,
  type Source,
  type Tree,
} from '../text/index.ts';
import { type KeyTable, readKeys } from './read-keys.ts';
import { checkScalar, type ScalarField, wrongType } from './scalar-value.ts';
import { hasTemplate, readTemplate, type UsedTemplate } from './template-text.ts';

/** What reading a config needs, and what it finds besides the config itself. */
export interface ConfigReader {
  readonly source: Source;
  readonly problems: ProblemList;
  /** Lowers the level of by-node templates; absent means the level of each field. */
  readonly level?: TemplateLevel | undefined;
  /** Lowers the level of all templates; absent means `sandboxed`. */
  readonly levelMax?: TemplateLevel | undefined;
  readonly templates: UsedTemplate[];
  /** Names of nodes and references, to be looked up when the whole flow is known. */
  readonly mentions: Mention[];
}

/** A place where a config names a node or a value by its name. */
export interface Mention {
  readonly kind: 'node' | 'reference';
  readonly text: string;
  readonly expects: 'list' | 'any';
  readonly place: Place;
}

/** Where a value stands: its path, and the templating that it inherits from what is around it. */
export interface ConfigSpot {
  readonly path: string;
  readonly inherited?: Templating | undefined;
}

/**
 * Reads a map against a table of fields: kinds, ranges, choices, required and unknown keys,
 * templates compiled at their level. Each problem is added with its place; a part that has one is
 * left out. `owner` is where to say that a key is missing.
 */
export function readFields(
  reader: ConfigReader,
  tree: MapTree,
  table: Omit<KeyTable, 'owner'> & { readonly owner?: number },
): PlanConfig {
  const config: Record<string, ConfigPart> = Object.create(null);
  const { fields, path } = table;
  for (const entry of readKeys(reader, tree, { owner: tree.start, ...table })) {
    const field = fields[entry.key];
    if (field === undefined) continue;
    const spot = { path: memberPath(path, entry.key) };
    const part = readField(reader, field, { tree: entry.value, spot });
    if (part !== undefined) config[entry.key] = part;
  }
  return config;
}

/** Reads one value against its field; undefined where it has a problem, which was added. */
export function readField(
  reader: ConfigReader,
  field: Field,
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  const { tree, spot } = at;
  const templating = field.template ?? spot.inherited;
  const inner: ConfigSpot = { path: spot.path, inherited: templating };
  const rendered = field.kind === 'code' ? undefined : renderedText(tree, templating);
  if (rendered !== undefined) {
    return readTemplate(reader, rendered, { path: spot.path, templating });
  }
  switch (field.kind) {
    case 'list':
      return readList(reader, field, { tree, spot: inner });
    case 'map':
      return readEntries(reader, field, { tree, spot: inner });
    case 'object':
      return readObject(reader, field.fields, at);
    case 'tree':
      if (tree.kind === 'map' || typeof valueIfScalar(tree) === 'string') {
        return readData(reader, tree, inner);
      }
      return refuseKind(reader, at, 'text or a map');
    case 'json':
      return readData(reader, tree, inner);
    default:
      return readScalar(reader, field, at);
  }
}

// Jinja drops one line break at the end of every template, so a block text without braces that
// stands where templates are rendered goes the same way: it would otherwise change once a brace is
// added.
function renderedText(tree: Tree, templating: Templating | undefined): ScalarTree | undefined {
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string') return undefined;
  const isBlock = templating !== undefined && tree.value.endsWith('\n');
  return isBlock || hasTemplate(tree.value) ? tree : undefined;
}

function valueIfScalar(tree: Tree): Value | undefined {
  return tree.kind === 'scalar' ? tree.value : undefined;
}

function readScalar(
  reader: ConfigReader,
  field: ScalarField,
  { tree, spot }: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  if (tree.kind === 'map' && tree.isDamaged) return undefined;
  const place = reader.source.place(tree.start, spot.path);
  const label = labelOf(spot.path);
  const value = dataOf(tree);
  const checked = checkScalar(field, value, label);
  if ('code' in checked) {
    const remedy = remedyAsWritten(reader, field, tree) ?? checked.remedy;
    reader.problems.add({ ...checked, remedy, place });
    return undefined;
  }
  if (field.kind === 'reference' || field.kind === 'node') {
    const expects = field.kind === 'reference' ? (field.expects ?? 'any') : 'any';
    reader.mentions.push({ kind: field.kind, expects, text: String(value).trim(), place });
  }
  const part = { kind: 'value', value: checked.value, place } as const;
  return field.kind === 'code' && tree.kind === 'scalar'
    ? { ...part, origin: originOf(reader.source, tree, spot.path) }
    : part;
}

/**
 * For a version such as 1.0, which YAML reads as the number 1: the quotes belong around what is
 * written.
 */
function remedyAsWritten(reader: ConfigReader, field: Field, tree: Tree): string | undefined {
  const isText = field.kind === 'text' || field.kind === 'code';
  if (!isText || tree.kind !== 'scalar' || tree.value === null) return undefined;
  if (typeof tree.value === 'string') return undefined;
  return `Put it in quotes: "${reader.source.text.slice(tree.start, tree.end)}".`;
}

function readList(
  reader: ConfigReader,
  field: Extract<Field, { kind: 'list' }>,
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  const { tree, spot } = at;
  if (tree.kind !== 'list') return refuseKind(reader, at, 'a list');
  if (!hasCount(reader, tree, { spot, min: field.minItems, max: field.maxItems })) return undefined;
  const items = tree.items.map((item, index) =>
    readField(reader, field.items, {
      tree: item,
      spot: { ...spot, path: `${spot.path}[${index}]` },
    }),
  );
  return listPart(reader, items, at);
}

function readEntries(
  reader: ConfigReader,
  field: Extract<Field, { kind: 'map' }>,
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  const { tree, spot } = at;
  if (tree.kind !== 'map') return refuseKind(reader, at, 'a map');
  if (!hasCount(reader, tree, { spot, min: field.minItems })) return undefined;
  const entries = tree.entries.map(
    ({ key, value }) =>
      [
        key,
        readField(reader, field.values, {
          tree: value,
          spot: { ...spot, path: memberPath(spot.path, key) },
        }),
      ] as const,
  );
  return mapPart(reader, entries, at);
}

function readObject(
  reader: ConfigReader,
  fields: Fields,
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  if (at.tree.kind !== 'map') return refuseKind(reader, at, 'a map');
  const config = readFields(reader, at.tree, { fields, path: at.spot.path });
  return mapPart(reader, Object.entries(config), at);
}

/** Data of any shape: every text in it may hold templates where the field allows them. */
function readData(reader: ConfigReader, tree: Tree, spot: ConfigSpot): ConfigPart | undefined {
  const at = { tree, spot };
  if (tree.kind === 'list') {
    const items = tree.items.map((item, index) =>
      readData(reader, item, { ...spot, path: `${spot.path}[${index}]` }),
    );
    return listPart(reader, items, at);
  }
  if (tree.kind === 'map') {
    const entries = tree.entries.map(
      ({ key, value }) =>
        [key, readData(reader, value, { ...spot, path: memberPath(spot.path, key) })] as const,
    );
    return mapPart(reader, entries, at);
  }
  const rendered = renderedText(tree, spot.inherited);
  if (rendered !== undefined) {
    return readTemplate(reader, rendered, { path: spot.path, templating: spot.inherited });
  }
  return { kind: 'value', value: tree.value, place: reader.source.place(tree.start, spot.path) };
}

function hasCount(
  reader: ConfigReader,
  tree: ListTree | MapTree,
  limits: { spot: ConfigSpot; min?: number | undefined; max?: number | undefined },
): boolean {
  const count = tree.kind === 'list' ? tree.items.length : tree.entries.length;
  const { spot, min = 0, max = Number.POSITIVE_INFINITY } = limits;
  if (count >= min && count <= max) return true;
  const bound = count < min ? `at least ${entries(min)}` : `at most ${entries(max)}`;
  reader.problems.add({
    code: 'WRONG_VALUE',
    message: `${labelOf(spot.path)} must have ${bound}, not ${count}`,
    remedy: `Write ${bound}.`,
    place: reader.source.place(tree.start, spot.path),
  });
  return false;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function refuseKind(
  reader: ConfigReader,
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
  what: string,
): undefined {
  if (at.tree.kind === 'map' && at.tree.isDamaged) return;
  const value = at.tree.kind === 'scalar' ? at.tree.value : nameOnly(at.tree);
  const checked = wrongType(labelOf(at.spot.path), what, value);
  const place = reader.source.place(at.tree.start, at.spot.path);
  if ('code' in checked) reader.problems.add({ ...checked, place });
}

// A message shows only what kind of thing a list or map is, so its members need not be copied.
function nameOnly(tree: ListTree | MapTree): Value {
  return tree.kind === 'list' ? [] : emptyMap();
}

// Lists and maps without templates become plain data at once: rendering then has nothing to do.
function listPart(
  reader: ConfigReader,
  items: readonly (ConfigPart | undefined)[],
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  const parts = items.filter((item) => item !== undefined);
  if (parts.length < items.length) return undefined;
  const place = reader.source.place(at.tree.start, at.spot.path);
  const values = parts.flatMap((part) => (part.kind === 'value' ? [part.value] : []));
  if (values.length === parts.length) return { kind: 'value', value: values, place };
  return { kind: 'list', items: parts, place };
}

function mapPart(
  reader: ConfigReader,
  entries: readonly (readonly [string, ConfigPart | undefined])[],
  at: { readonly tree: Tree; readonly spot: ConfigSpot },
): ConfigPart | undefined {
  const parts = entries.flatMap(([key, part]) => (part ? [[key, part] as const] : []));
  if (parts.length < entries.length) return undefined;
  const place = reader.source.place(at.tree.start, at.spot.path);
  if (parts.some(([, part]) => part.kind !== 'value'))
    return { kind: 'map', entries: parts, place };
  const map = emptyMap();
  for (const [key, part] of parts) if (part.kind === 'value') map[key] = part.value;
  return { kind: 'value', value: map, place };
}

/** The last name of a path, for the start of a message: `timeout`, `conditions[1]`. */
export function labelOf(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot === -1 ? path : path.slice(dot + 1);
}
