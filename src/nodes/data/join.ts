import {
  assert,
  type ConfigIssue,
  defineNode,
  isMap,
  listAt,
  mapOf,
  type NodeContext,
  type Value,
  type ValueMap,
} from '../kit/index.ts';
import {
  crossJoin,
  type JoinKeys,
  keyedJoin,
  mergeJoin,
  rightJoin,
  type Source,
} from './join-rows.ts';

const JOIN_TYPES = ['inner', 'left', 'right', 'outer', 'cross', 'merge'] as const;

export const joinNode = defineNode({
  id: 'join',
  version: 1,
  title: 'Join',
  summary: 'Combines several lists by their keys, or several values under their names.',
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    sources: {
      kind: 'map',
      values: { kind: 'reference', summary: 'A node, node.field or inputs.name.' },
      minItems: 1,
      required: true,
      summary: 'What to join, each under a name; the first one leads.',
    },
    join_type: {
      kind: 'choice',
      choices: JOIN_TYPES,
      default: 'merge',
      summary: 'How rows are combined; merge without join_keys gives a map of the sources.',
    },
    join_keys: {
      kind: 'map',
      values: { kind: 'text', minLength: 1, summary: 'A field of the other sources.' },
      summary: 'Fields that must be equal: field of the first source to field of the others.',
    },
  },
  output: 'any',
  outputSummary:
    'inner, left, right, outer, cross: a list of maps from source name to row, null where none ' +
    'matched, one for every match. merge with join_keys: a list of rows with the fields of their ' +
    'matches laid over them. merge without: a map from source name to its whole value.',
  example: `name: people-and-teams
inputs:
  people: {type: array, default: [{name: Ada, team: 1}, {name: Tim, team: 9}]}
  teams: {type: array, default: [{id: 1, title: Engines}]}
nodes:
  placed:
    type: join
    config:
      sources: {person: inputs.people, team: inputs.teams}
      join_type: left
      join_keys: {team: id}
outputs: {placed: placed}
`,
  check: (config) => [...sourceIssues(config), ...keyIssues(config)],
  run(context, config) {
    const { sources, join_type: type } = config;
    const keys: JoinKeys = Object.entries(config.join_keys ?? {});
    if (type === 'merge' && keys.length === 0) return { value: bundled(context, sources) };
    const lists = Object.entries(sources).map(([name, reference]) => ({
      name,
      reference,
      rows: listAt(context, reference),
    }));
    return { value: joined(type, lists, keys) };
  },
});

type JoinType = (typeof JOIN_TYPES)[number];

function joined(type: JoinType, sources: readonly Source[], keys: JoinKeys): readonly Value[] {
  const [first, second, ...more] = sources;
  assert(first !== undefined && second !== undefined, 'a join has at least two sources');
  if (type === 'cross') return crossJoin(sources);
  if (type === 'right') return rightJoin(first, second, keys);
  const all = [first, second, ...more] as const;
  return type === 'merge' ? mergeJoin(all, keys) : keyedJoin(type, all, keys);
}

function bundled(context: NodeContext, sources: Readonly<Record<string, string>>): ValueMap {
  return mapOf(
    Object.entries(sources).map(([name, reference]) => [name, context.lookup(reference)]),
  );
}

type Config = Readonly<Record<string, Value>>;

function sourceIssues(config: Config): readonly ConfigIssue[] {
  if (!isMap(config.sources)) return [];
  const count = Object.keys(config.sources).length;
  const type = typeOf(config);
  if ((type === 'right' || type === 'outer') && count !== 2) {
    return [wrong('sources', `a join of type ${type} needs exactly two sources, not ${count}`)];
  }
  if (count < 2 && (type !== 'merge' || hasKeys(config))) {
    return [wrong('sources', `a join of type ${type} needs at least two sources`)];
  }
  return [];
}

function keyIssues(config: Config): readonly ConfigIssue[] {
  const type = typeOf(config);
  if (type === 'cross' && hasKeys(config)) {
    const message = 'a cross join combines every row with every other and reads no join_keys';
    return [{ ...wrong('join_keys', message), severity: 'warning' }];
  }
  if (type === 'cross' || type === 'merge' || hasKeys(config)) return [];
  return [
    {
      code: 'MISSING_KEY',
      field: 'join_keys',
      message: `join_keys is missing, which a join of type ${type} compares`,
      remedy: 'Add join_keys, such as join_keys: {customer_id: id}.',
    },
  ];
}

function typeOf(config: Config): JoinType {
  return JOIN_TYPES.find((known) => known === config.join_type) ?? 'merge';
}

function hasKeys(config: Config): boolean {
  return isMap(config.join_keys) && Object.keys(config.join_keys).length > 0;
}

function wrong(field: string, message: string): ConfigIssue {
  return { code: 'WRONG_VALUE', field, message };
}
