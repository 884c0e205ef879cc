import { emptyMap, type Value, type ValueMap } from '../../base/index.ts';
import type { ConfigIssue, NodeType, RegionDeclaration } from '../../contract/index.ts';
import type { Place } from '../../errors/index.ts';
import { type ConfigReader, literalOf, placeInCode, readFields } from '../config/index.ts';
import type { ConfigPart, PlanConfig } from '../plan.ts';
import type { Finding, ProblemList } from '../problems.ts';
import { schemaIssues } from '../schema/index.ts';
import { dataOf, entryOf, type MapTree, memberPath, nameOfTree, type Tree } from '../text/index.ts';
import type { NodeDraft } from './draft.ts';
import { SHARED_CONFIG_FIELDS } from './format.ts';
import { placeOfField } from './place-of-field.ts';
import { contextAt } from './read-context.ts';
import type { FlowReader } from './read-flow.ts';
import { levelsOf } from './read-levels.ts';

/** What a node's config says. */
type NodeConfig = Pick<
  NodeDraft,
  | 'config'
  | 'context'
  | 'inputSchema'
  | 'isBroken'
  | 'mentions'
  | 'outputSchema'
  | 'placeOf'
  | 'region'
  | 'routes'
  | 'templates'
>;

interface At {
  /** The whole node. */
  readonly tree: MapTree;
  readonly type: NodeType | undefined;
  readonly path: string;
  readonly keyStart: number;
  /** Options that stand beside `config`: they are not missing, and that they are there was said. */
  readonly misplaced: readonly string[];
}

/**
 * Reads the config of one node against its type: the fields, the keys that every type shares, then
 * what the type itself says about routes, regions and rules across fields.
 */
export function readNodeConfig(reader: FlowReader, at: At): NodeConfig {
  const { source, problems } = reader;
  const path = memberPath(at.path, 'config');
  const entry = entryOf(at.tree, 'config');
  const tree = mapOrNone(reader, entry?.value, path);
  const place = source.place(entry?.keyStart ?? at.keyStart, path);
  const shared = { context: contextAt(reader, entryOf(tree, 'context')?.value, path) };
  if (at.type === undefined) return { ...BLANK, ...shared, placeOf: () => place, isBroken: true };

  const own = counted(problems);
  const config: ConfigReader = {
    source,
    problems: own.problems,
    ...levelsOf(reader, at.type, {
      node: at.tree,
      nodePath: at.path,
      config: tree,
      configPath: path,
    }),
    templates: [],
    mentions: [],
  };
  const owner = entry?.keyStart ?? at.keyStart;
  const others = [...Object.keys(SHARED_CONFIG_FIELDS), ...at.misplaced];
  const table = { fields: at.type.config, path, owner, others, remedyFor: misplaced };
  const parts = readFields(config, tree, table);
  const placeOf = (field: string): Place => placeOfField(reader, { tree, path, place }, field);
  const before = [...own.paths];
  for (const finding of typeIssues(at.type, parts, { placeOf, path })) {
    if (!before.some((each) => isSameCause(finding, each))) own.problems.add(finding);
  }
  const declared = declarations(own.problems, at.type, { parts, place });
  return {
    config: parts,
    ...shared,
    ...schemas(reader, tree, path),
    placeOf,
    templates: config.templates,
    mentions: config.mentions,
    ...declared,
    isBroken: own.paths.length > 0 || at.misplaced.length > 0,
  };
}

/** Keys of a node that are easily taken for options of its type. */
function misplaced(key: string): string | undefined {
  return key === 'template_level' ? 'Move template_level beside type.' : undefined;
}

const BLANK = {
  config: Object.freeze(emptyMap()) as unknown as PlanConfig,
  templates: [],
  mentions: [],
  routes: [],
  region: undefined,
  inputSchema: undefined,
  outputSchema: undefined,
} as const;

function mapOrNone(reader: FlowReader, tree: Tree | undefined, path: string): MapTree {
  if (tree?.kind === 'map') return tree;
  if (tree !== undefined && !(tree.kind === 'scalar' && tree.value === null)) {
    const message = `config must be a map, not ${nameOfTree(tree)}`;
    const place = reader.source.place(tree.start, path);
    const remedy = 'Write the options by name below config.';
    reader.problems.add({ code: 'WRONG_TYPE', message, remedy, place });
    return { ...EMPTY_MAP, isDamaged: true };
  }
  return EMPTY_MAP;
}

const EMPTY_MAP: MapTree = { kind: 'map', entries: [], start: 0, end: 0, size: 1, height: 1 };

/** The same list of problems, which also keeps the paths of the errors that pass through it. */
function counted(list: ProblemList): { problems: ProblemList; paths: string[] } {
  const paths: string[] = [];
  const add = (finding: Finding) => {
    if (finding.severity !== 'warning') paths.push(finding.place.path ?? '');
    list.add(finding);
  };
  return { problems: { ...list, add }, paths };
}

/** A problem at, in or around the place of another, or a missing key beside a wrong one. */
function isSameCause({ code, place }: Finding, other: string): boolean {
  const path = place.path ?? '';
  const isBeside = path.slice(0, path.lastIndexOf('.')) === other.slice(0, other.lastIndexOf('.'));
  return isWithin(path, other) || (code === 'MISSING_KEY' && isBeside);
}

function isWithin(path: string, outer: string): boolean {
  if (!path.startsWith(outer) && !outer.startsWith(path)) return false;
  const rest = path.length > outer.length ? path.slice(outer.length) : outer.slice(path.length);
  return rest === '' || rest.startsWith('.') || rest.startsWith('[');
}

/** What the type's own check finds, with places; a check that throws is a defect of the type. */
function typeIssues(
  type: NodeType,
  parts: PlanConfig,
  { placeOf, path }: { readonly placeOf: (field: string) => Place; readonly path: string },
): readonly Finding[] {
  try {
    const issues: readonly ConfigIssue[] = type.check?.(literalConfig(parts)) ?? [];
    return issues.map(({ field, at, ...issue }) => ({
      ...issue,
      place: placeInCode(parts, at) ?? placeOf(field),
    }));
  } catch {
    return [defect(type, 'check', { ...placeOf(''), path })];
  }
}

function declarations(
  problems: ProblemList,
  type: NodeType,
  { parts, place }: { readonly parts: PlanConfig; readonly place: Place },
): { routes: readonly string[]; region: RegionDeclaration | undefined } {
  const literal = withDefaults(type, literalConfig(parts));
  const asked = <T>(what: string, ask: () => T, otherwise: T): T => {
    try {
      return ask();
    } catch {
      problems.add(defect(type, what, place));
      return otherwise;
    }
  };
  return {
    routes: asked('routes', () => [...new Set(type.routes?.(literal) ?? [])], []),
    region: asked('region', () => type.region?.(literal), undefined),
  };
}

function defect(type: NodeType, what: string, place: Place): Finding {
  const message = `the node type ${type.id} failed to judge this config (${what})`;
  const remedy = 'Report this: it is a defect of the node type.';
  return { code: 'INTERNAL', message, remedy, place };
}

function literalConfig(parts: PlanConfig): ValueMap {
  const literal = emptyMap();
  for (const [key, part] of Object.entries<ConfigPart>(parts)) literal[key] = literalOf(part);
  return literal;
}

function withDefaults(type: NodeType, literal: ValueMap): ValueMap {
  const whole: Record<string, Value> = emptyMap();
  for (const [key, field] of Object.entries(type.config)) {
    const value = Object.hasOwn(literal, key) ? literal[key] : undefined;
    if (value !== undefined) whole[key] = value;
    else if ('default' in field && field.default !== undefined) whole[key] = field.default;
  }
  return whole;
}

function schemas(
  reader: FlowReader,
  tree: MapTree,
  path: string,
): Pick<NodeDraft, 'inputSchema' | 'outputSchema'> {
  const read = (key: string): Value | undefined => {
    const part = entryOf(tree, key)?.value;
    if (part === undefined || (part.kind === 'scalar' && part.value === null)) return undefined;
    const schema = dataOf(part);
    const issues = schemaIssues(schema);
    for (const issue of issues) {
      const field = `${key}${issue.path === '' || issue.path.startsWith('[') ? '' : '.'}${issue.path}`;
      const outer = { tree, path, place: reader.source.place(part.start, memberPath(path, key)) };
      const place = placeOfField(reader, outer, field);
      const message = `${key}: ${issue.message}`;
      reader.problems.add({ code: 'WRONG_VALUE', message, remedy: 'Correct the schema.', place });
    }
    return issues.length === 0 ? schema : undefined;
  };
  return { inputSchema: read('input_schema'), outputSchema: read('output_schema') };
}
