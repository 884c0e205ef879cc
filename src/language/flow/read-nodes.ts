import { FLOW_TEXT_LIMITS, isMap, nearest, type Value } from '../../base/index.ts';
import type { NodeType } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import {
  type ConfigReader,
  labelOf,
  literalOf,
  quoted,
  readField,
  readKeys,
} from '../config/index.ts';
import type { PlanNode, RetryPolicy } from '../plan.ts';
import { type MapTree, memberPath, nameOfTree, type Tree, type TreeEntry } from '../text/index.ts';
import type { Dependency, FlowDraft, NodeDraft } from './draft.ts';
import { NODE_FIELDS, PLANNED_NODE_TYPES, RETRY_FIELDS, SHARED_CONFIG_FIELDS } from './format.ts';
import { isNodeName } from './names.ts';
import { contextAt } from './read-context.ts';
import type { FlowReader } from './read-flow.ts';
import { readNodeConfig } from './read-node-config.ts';

/** Reads the nodes. One without a usable name or body is left out, and `knowsNodes` is false. */
export function readNodes(
  reader: FlowReader,
  tree: MapTree | undefined,
): Pick<FlowDraft, 'nodes' | 'knowsNodes'> {
  if (tree === undefined) return { nodes: [], knowsNodes: false };
  const { source, problems } = reader;
  const entries = tree.entries;
  if (entries.length === 0) {
    const place = source.place(tree.start, 'nodes');
    problems.add({ code: 'FLOW_EMPTY', message: 'the flow has no nodes', place });
  }
  if (entries.length > FLOW_TEXT_LIMITS.flowNodes) {
    throw new AppError('FLOW_TOO_MANY_NODES', {
      message: `the flow has ${entries.length} nodes; ${FLOW_TEXT_LIMITS.flowNodes} are allowed`,
      place: source.place(entries[FLOW_TEXT_LIMITS.flowNodes]?.keyStart ?? 0, 'nodes'),
    });
  }
  const nodes: NodeDraft[] = [];
  for (const entry of entries) {
    const isNamed = isNodeName({ ...reader, path: 'nodes' }, entry);
    const node = readNode(reader, entry, nodes.length);
    if (isNamed && node !== undefined) nodes.push(node);
  }
  return { nodes, knowsNodes: nodes.length === entries.length };
}

function readNode(reader: FlowReader, entry: TreeEntry, index: number): NodeDraft | undefined {
  const { source, problems } = reader;
  const path = memberPath('nodes', entry.key);
  const tree = entry.value;
  if (tree.kind !== 'map') {
    const message = `the node ${entry.key} must be a map with type and config`;
    const place = source.place(entry.keyStart, path);
    problems.add({
      code: 'WRONG_TYPE',
      message: `${message}, not ${nameOfTree(tree)}`,
      remedy: 'Write type: and config: below its name.',
      place,
    });
    return undefined;
  }
  const type = readType(reader, tree, path);
  const remedyFor = (key: string) => misplacedKey(type, key);
  const others = { context: SHARED_CONFIG_FIELDS.context };
  const fields = { ...NODE_FIELDS, ...others };
  const table = { fields, path, owner: entry.keyStart, remedyFor };
  const values = new Map(readKeys(reader, tree, table).map((each) => [each.key, each.value]));
  const parts = readNodeKeys(reader, values, path);
  const place = source.place(entry.keyStart, path);
  const isMisplaced = ({ key }: TreeEntry) => !Object.hasOwn(fields, key) && isOption(type, key);
  const misplaced = tree.entries.filter(isMisplaced).map(({ key }) => key);
  const config = readNodeConfig(reader, { tree, type, path, keyStart: entry.keyStart, misplaced });
  return {
    name: entry.key,
    index,
    place,
    type,
    description: typeof parts.description === 'string' ? parts.description : '',
    ...readDependencies(reader, values.get('depends_on'), memberPath(path, 'depends_on')),
    retry: retryOf(parts.retry),
    ...(typeof parts.timeout === 'number' ? { timeoutMs: parts.timeout } : {}),
    ...cacheOf(parts.cache),
    ...config,
    context: [...config.context, ...contextAt(reader, values.get('context'), path)],
  };
}

function readType(reader: FlowReader, tree: MapTree, path: string): NodeType | undefined {
  const written = tree.entries.find((entry) => entry.key === 'type')?.value;
  if (written?.kind !== 'scalar' || written.value === null) return undefined;
  if (typeof written.value !== 'string') return undefined;
  const name = written.value;
  const known = reader.types.get(name);
  if (known !== undefined) return known;
  const isPlanned = PLANNED_NODE_TYPES.has(name);
  const near = isPlanned ? undefined : nearest(name, reader.types.keys());
  reader.problems.add({
    code: 'UNKNOWN_NODE_TYPE',
    message: isPlanned
      ? `the node type ${name} is not part of this version yet`
      : `there is no node type ${quoted(name)}`,
    remedy: isPlanned
      ? 'It comes with a later version; until then take another type or leave the node out.'
      : near === undefined
        ? `The types are ${[...reader.types.keys()].toSorted().join(', ')}.`
        : `Did you mean ${near}?`,
    place: reader.source.place(written.start, memberPath(path, 'type')),
  });
  return undefined;
}

/** A key of the type's config that stands beside `config`: the most common slip of all. */
function misplacedKey(type: NodeType | undefined, key: string): string | undefined {
  return isOption(type, key) ? `Move ${key} under config.` : undefined;
}

function isOption(type: NodeType | undefined, key: string): boolean {
  const isOwn = type !== undefined && Object.hasOwn(type.config, key);
  return isOwn || Object.hasOwn(SHARED_CONFIG_FIELDS, key);
}

const PLAIN_KEYS = ['type', 'description', 'timeout', 'retry', 'cache', 'template_level'] as const;

type Values = ReadonlyMap<string, Tree>;
type Parts = Readonly<Record<string, Value | undefined>>;

function readNodeKeys(reader: FlowReader, values: Values, path: string): Parts {
  const parts: Record<string, Value> = Object.create(null);
  const config: ConfigReader = { ...reader, templates: [], mentions: [] };
  for (const key of PLAIN_KEYS) {
    const tree = values.get(key);
    if (tree === undefined) continue;
    const isCount = key === 'retry' && tree.kind === 'scalar' && typeof tree.value === 'number';
    const field = isCount ? RETRY_FIELDS.attempts : NODE_FIELDS[key];
    const part = readField(config, field, { tree, spot: { path: memberPath(path, key) } });
    if (part !== undefined) parts[key] = literalOf(part);
  }
  return parts;
}

function retryOf(retry: Value | undefined): RetryPolicy {
  const backoffMs = RETRY_FIELDS.backoff.default;
  if (typeof retry === 'number') return { attempts: retry, backoffMs };
  if (!isMap(retry)) return { attempts: 1, backoffMs };
  const { attempts, backoff } = retry;
  return {
    attempts: typeof attempts === 'number' ? attempts : 1,
    backoffMs: typeof backoff === 'number' ? backoff : backoffMs,
  };
}

function cacheOf(cache: Value | undefined): Pick<PlanNode, 'cache'> {
  if (!isMap(cache)) return {};
  const { enabled, ttl, key_fields: fields } = cache;
  return {
    cache: {
      enabled: enabled !== false,
      ...(typeof ttl === 'number' ? { ttlMs: ttl } : {}),
      // Read against CACHE_FIELDS: a list of texts, or absent.
      ...(Array.isArray(fields) ? { keyFields: fields as readonly string[] } : {}),
    },
  };
}

function readDependencies(
  reader: FlowReader,
  tree: Tree | undefined,
  path: string,
): Pick<NodeDraft, 'dependsOn' | 'knowsDependencies'> {
  if (tree === undefined) return { dependsOn: [], knowsDependencies: true };
  const isOne = tree.kind === 'scalar' && typeof tree.value === 'string';
  const items = tree.kind === 'list' ? tree.items : isOne ? [tree] : undefined;
  if (items === undefined) {
    reader.problems.add({
      code: 'WRONG_TYPE',
      message: `depends_on must be a list of nodes, not ${nameOfTree(tree)}`,
      remedy: 'Write depends_on: [node].',
      place: reader.source.place(tree.start, path),
    });
    return { dependsOn: [], knowsDependencies: false };
  }
  const config: ConfigReader = { ...reader, templates: [], mentions: [] };
  const found: Dependency[] = [];
  for (const [index, item] of items.entries()) {
    const spot = { path: isOne ? path : `${path}[${index}]` };
    const part = readField(config, NODE_FIELDS.depends_on.items, { tree: item, spot });
    if (part?.kind !== 'value') continue;
    const text = String(part.value).trim();
    const place = part.place;
    if (text !== '') found.push({ text, place });
    else {
      const message = `${labelOf(spot.path)} names no node`;
      const remedy = 'Name a node, or remove the entry.';
      reader.problems.add({ code: 'WRONG_VALUE', message, remedy, place });
    }
  }
  return { dependsOn: found, knowsDependencies: found.length === items.length };
}
