import type { NodeType } from '../../contract/index.ts';
import {
  type ConfigReader,
  literalOf,
  quoted,
  readField,
  readKeys,
  referenceAt,
} from '../config/index.ts';
import type { PlanConfig } from '../plan.ts';
import type { ProblemList } from '../problems.ts';
import {
  type MapTree,
  memberPath,
  nameOfTree,
  type Source,
  type Tree,
  type TreeEntry,
} from '../text/index.ts';
import type { FlowDraft, NodeDraft } from './draft.ts';
import { FLOW_FIELDS } from './format.ts';
import { hasHidden, isOutputName } from './names.ts';
import { readGrants } from './read-grants.ts';
import { readInputs } from './read-inputs.ts';
import { readNodes } from './read-nodes.ts';

/** What reading the parts of a flow needs. */
export interface FlowReader {
  readonly source: Source;
  readonly problems: ProblemList;
  readonly types: ReadonlyMap<string, NodeType>;
  /** See CompileOptions. */
  readonly unsafeTemplates: boolean;
}

/**
 * Reads a native flow: every key, every node's config, every template. Adds all problems; what has
 * one is left out or takes its default, so that the rest can still be checked.
 */
export function readFlow(reader: FlowReader, tree: MapTree): FlowDraft {
  const start = tree.entries[0]?.keyStart ?? tree.start;
  const entries = readKeys(reader, tree, { fields: FLOW_FIELDS, path: '', owner: start });
  const values = new Map(entries.map((entry) => [entry.key, entry.value]));
  const parts = readPlainKeys(reader, values);
  const inputs = readInputs(reader, mapAt(reader, values, 'inputs'));
  const nodes = readNodes(reader, mapAt(reader, values, 'nodes'));
  const outputs = readOutputs(reader, mapAt(reader, values, 'outputs'));
  warnOfUnused(reader, { entries, path: '', keys: ['triggers'] });
  const limits = values.get('limits');
  if (limits?.kind === 'map') {
    warnOfUnused(reader, { entries: limits.entries, path: 'limits', keys: ['tokens'] });
  }
  const grants = readGrants(reader, values.get('grants'));
  const own = grants === undefined ? {} : { grants };
  return { ...header(reader, parts, values), ...inputs, ...nodes, outputs, ...own };
}

/** Warns of keys that a later version uses, so that nobody relies on them today. */
function warnOfUnused(
  { source, problems }: FlowReader,
  among: { entries: readonly TreeEntry[]; path: string; keys: readonly string[] },
): void {
  for (const { key, keyStart } of among.entries) {
    if (!among.keys.includes(key)) continue;
    const path = memberPath(among.path, key);
    problems.add({
      code: 'UNKNOWN_KEY',
      severity: 'warning',
      message: `${path} is read, but nothing uses it yet`,
      remedy: 'Keep it for the server, or remove it.',
      place: source.place(keyStart, path),
    });
  }
}

type Values = ReadonlyMap<string, Tree>;

function readPlainKeys(reader: FlowReader, values: Values): PlanConfig {
  const parts: Record<string, ReturnType<typeof readField> & {}> = Object.create(null);
  const config: ConfigReader = { ...reader, templates: [], mentions: [] };
  for (const key of ['name', 'version', 'description', 'tags', 'limits'] as const) {
    const tree = values.get(key);
    if (tree === undefined) continue;
    const part = readField(config, FLOW_FIELDS[key], { tree, spot: { path: key } });
    if (part !== undefined) parts[key] = part;
  }
  return parts;
}

function header(reader: FlowReader, parts: PlanConfig, values: Values) {
  const text = (key: string, otherwise: string): string => {
    const part = parts[key];
    return part?.kind === 'value' && typeof part.value === 'string' ? part.value : otherwise;
  };
  const name = text('name', '').trim();
  if (hasHidden(name)) {
    reader.problems.add({
      code: 'INVALID_NAME',
      message: 'the name holds control characters or marks that cannot be seen',
      remedy: 'Write the name in plain characters.',
      place: reader.source.place(values.get('name')?.start ?? 0, 'name'),
    });
  }
  const limits = parts.limits === undefined ? {} : limitsOf(literalOf(parts.limits));
  const tags = parts.tags === undefined ? [] : (literalOf(parts.tags) as readonly string[]);
  refuseCommas(reader, tags, values.get('tags')?.start ?? 0);
  return {
    name,
    version: text('version', FLOW_FIELDS.version.default),
    description: text('description', ''),
    ...(tags.length === 0 ? {} : { tags: [...new Set(tags)] }),
    limits,
  };
}

/** Lists are asked for by tags with commas between them. */
function refuseCommas(reader: FlowReader, tags: readonly string[], start: number): void {
  const wrong = tags.find((tag) => tag.includes(',') || tag.trim() !== tag || hasHidden(tag));
  if (wrong === undefined) return;
  reader.problems.add({
    code: 'INVALID_NAME',
    message: `the tag ${quoted(wrong)} holds a comma, outer spaces or marks that cannot be seen`,
    remedy: 'Write each tag as one word or a few.',
    place: reader.source.place(start, 'tags'),
  });
}

function limitsOf(value: unknown): FlowDraft['limits'] {
  // The part was read against LIMITS_FIELDS, so these are numbers or absent.
  const { timeout, steps, concurrency } = value as Record<string, number | undefined>;
  return {
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(steps === undefined ? {} : { steps }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

/** The map under a key of the flow; a problem, and undefined, where it is something else. */
function mapAt(reader: FlowReader, values: Values, key: string): MapTree | undefined {
  const tree = values.get(key);
  if (tree === undefined || tree.kind === 'map') return tree;
  const isList = tree.kind === 'list';
  reader.problems.add({
    code: 'WRONG_TYPE',
    message: `${key} must be a map by name, not ${nameOfTree(tree)}`,
    remedy: isList
      ? 'Write each one under its name, in place of "- name: ...".'
      : `Write ${key}: and below it a name for each.`,
    place: reader.source.place(tree.start, key),
  });
  return undefined;
}

function readOutputs(reader: FlowReader, tree: MapTree | undefined): FlowDraft['outputs'] {
  const outputs: FlowDraft['outputs'][number][] = [];
  const check = { ...reader, path: 'outputs' };
  const config: ConfigReader = { ...reader, templates: [], mentions: [] };
  const field = FLOW_FIELDS.outputs.values;
  for (const entry of tree?.entries ?? []) {
    const path = memberPath('outputs', entry.key);
    const part = readField(config, field, { tree: entry.value, spot: { path } });
    if (!isOutputName(check, entry) || part?.kind !== 'value') continue;
    const reference = referenceAt(String(part.value), part.place);
    if (reference !== undefined) outputs.push({ name: entry.key, reference });
  }
  return outputs;
}

/** Nodes by their names. */
export function byName(nodes: readonly NodeDraft[]): ReadonlyMap<string, NodeDraft> {
  return new Map(nodes.map((node) => [node.name, node]));
}
