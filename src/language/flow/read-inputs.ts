import { emptyMap, equalValues, isList, nearest, type Value } from '../../base/index.ts';
import { type ConfigReader, literalOf, quoted, readFields } from '../config/index.ts';
import type { InputDeclaration } from '../plan.ts';
import { checkSchema, schemaIssues } from '../schema/index.ts';
import {
  dataOf,
  entryOf,
  type MapTree,
  memberPath,
  nameOfTree,
  type Tree,
  type TreeEntry,
} from '../text/index.ts';
import type { FlowDraft } from './draft.ts';
import { INPUT_FIELDS, INPUT_TYPES } from './format.ts';
import { isInputName } from './names.ts';
import type { FlowReader } from './read-flow.ts';

type InputType = InputDeclaration['type'];

// Names for types that other languages use; the remedy names ours.
const OTHER_NAMES: ReadonlyMap<string, InputType> = new Map([
  ['str', 'string'],
  ['text', 'string'],
  ['file', 'string'],
  ['int', 'integer'],
  ['float', 'number'],
  ['bool', 'boolean'],
  ['list', 'array'],
  ['dict', 'object'],
  ['map', 'object'],
]);

/** Reads the declared inputs. An input with a problem is left out, and `knowsInputs` is false. */
export function readInputs(
  reader: FlowReader,
  tree: MapTree | undefined,
): Pick<FlowDraft, 'inputs' | 'knowsInputs'> {
  const inputs: InputDeclaration[] = [];
  const check = { ...reader, path: 'inputs' };
  for (const entry of tree?.entries ?? []) {
    const path = memberPath('inputs', entry.key);
    const isNamed = isInputName(check, entry);
    const declared = readInput(reader, entry, path);
    if (isNamed && declared !== undefined) inputs.push(declared);
  }
  return { inputs, knowsInputs: inputs.length === (tree?.entries.length ?? 0) };
}

function readInput(
  reader: FlowReader,
  entry: TreeEntry,
  path: string,
): InputDeclaration | undefined {
  const { key, value, keyStart } = entry;
  if (value.kind === 'scalar') {
    const type = readType(reader, value, path);
    return type && { name: key, type, required: true, description: '' };
  }
  if (value.kind === 'list') {
    refuse(reader, value, {
      path,
      message: `an input is a type or a map with type, not ${nameOfTree(value)}`,
      remedy: 'Write a type such as string, or type: string below the name.',
    });
    return undefined;
  }
  return readDeclaration(reader, { name: key, tree: value, path, keyStart });
}

function readDeclaration(
  reader: FlowReader,
  at: { name: string; tree: MapTree; path: string; keyStart: number },
): InputDeclaration | undefined {
  const { name, tree, path } = at;
  const typeTree = entryOf(tree, 'type')?.value;
  const type =
    typeTree === undefined || isNull(typeTree)
      ? INPUT_FIELDS.type.default
      : readType(reader, typeTree, memberPath(path, 'type'));
  const config: ConfigReader = { ...reader, templates: [], mentions: [] };
  const others = tree.entries.filter((entry) => entry.key !== 'type');
  const { type: _, ...fields } = INPUT_FIELDS;
  const parts = readFields(
    config,
    { ...tree, entries: others },
    { fields, path, others: ['type'] },
  );
  if (type === undefined) return undefined;
  const literal = (key: string): Value | undefined => parts[key] && literalOf(parts[key]);
  const given = literal('default');
  const hasDefault = given !== undefined && (given !== null || type === 'any');
  const description = literal('description');
  const choices = literal('enum');
  const declaration: InputDeclaration = {
    name,
    type,
    required: hasDefault ? false : literal('required') !== false,
    description: typeof description === 'string' ? description : '',
    ...(hasDefault ? { default: given } : {}),
    ...(isList(choices) ? { choices } : {}),
    ...schemaOf(reader, { tree, path, type }),
  };
  return isDefaultFit(reader, declaration, { tree, path }) ? declaration : undefined;
}

function schemaOf(
  reader: FlowReader,
  { tree, path, type }: { tree: MapTree; path: string; type: InputType },
): { schema?: Value } {
  const schema = emptyMap();
  for (const key of ['items', 'properties'] as const) {
    const part = entryOf(tree, key)?.value;
    if (part === undefined || isNull(part)) continue;
    const wrapped = emptyMap();
    wrapped[key] = dataOf(part);
    const issue = schemaIssues(wrapped)[0];
    if (issue === undefined) schema[key] = wrapped[key];
    else {
      const { message } = issue;
      const words = { code: 'WRONG_VALUE', message, remedy: 'Correct the schema.' } as const;
      refuse(reader, part, { path: memberPath(path, key), ...words });
    }
  }
  if (Object.keys(schema).length === 0) return {};
  if (type !== 'any') schema.type = type;
  return { schema };
}

function readType(reader: FlowReader, tree: Tree, path: string): InputType | undefined {
  const written = tree.kind === 'scalar' ? tree.value : null;
  const known = INPUT_TYPES.find((type) => type === written);
  if (known !== undefined) return known;
  const ours = typeof written === 'string' ? OTHER_NAMES.get(written.toLowerCase()) : undefined;
  const near = typeof written === 'string' ? nearest(written, INPUT_TYPES) : undefined;
  const listed = `The types are ${INPUT_TYPES.join(', ')}.`;
  refuse(reader, tree, {
    path,
    code: typeof written === 'string' ? 'WRONG_VALUE' : 'WRONG_TYPE',
    message:
      typeof written === 'string'
        ? `an input cannot have the type ${quoted(written)}`
        : `the type of an input is a name, not ${nameOfTree(tree)}`,
    remedy: ours !== undefined ? `Write ${ours}.` : near ? `Did you mean ${near}?` : listed,
  });
  return undefined;
}

/** True where the default, if any, is a value that a caller could give. */
function isDefaultFit(
  reader: FlowReader,
  declaration: InputDeclaration,
  { tree, path }: { readonly tree: MapTree; readonly path: string },
): boolean {
  const value = declaration.default;
  const at = entryOf(tree, 'default')?.value;
  if (value === undefined || at === undefined) return true;
  const problem = inputProblem(declaration, value);
  if (problem === undefined) return true;
  const message = `the default of ${declaration.name} ${problem}`;
  const remedy = 'Correct the default, or what is declared for the input.';
  refuse(reader, at, { path: memberPath(path, 'default'), message, remedy });
  return false;
}

/**
 * Why a value cannot be given for an input, as the end of a sentence that starts with its name;
 * undefined where it can.
 */
export function inputProblem(declaration: InputDeclaration, value: Value): string | undefined {
  const { type, choices, schema } = declaration;
  if (type !== 'any' && checkSchema({ type }, value).length > 0) {
    return `must be ${WITH_ARTICLE[type]}, not ${nameOfData(value)}`;
  }
  if (choices !== undefined && !choices.some((choice) => equalValues(choice, value))) {
    const listed = choices.slice(0, 20).map((choice) => JSON.stringify(choice));
    return `must be one of ${listed.join(', ')}, not ${JSON.stringify(value).slice(0, 60)}`;
  }
  if (schema === undefined) return undefined;
  const issue = checkSchema(schema, value)[0];
  return issue && `does not fit: ${issue.path === '' ? '' : `${issue.path} `}${issue.message}`;
}

const WITH_ARTICLE: Readonly<Record<InputType, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  any: 'any value',
};

function nameOfData(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `the string ${quoted(value)}`;
  if (typeof value === 'object') return isList(value) ? 'an array' : 'an object';
  return typeof value === 'number' ? `the number ${value}` : String(value);
}

function isNull(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null;
}

function refuse(
  { source, problems }: FlowReader,
  tree: Tree,
  words: { path: string; message: string; remedy?: string; code?: 'WRONG_TYPE' | 'WRONG_VALUE' },
): void {
  const { path, message, remedy, code = 'WRONG_TYPE' } = words;
  problems.add({ code, message, remedy, place: source.place(tree.start, path) });
}
