import type { Field, NodeType, TemplateLevel, Templating } from '../../contract/index.ts';
import { type ConfigReader, isHigherLevel, levelAt, TEMPLATE_LEVELS } from '../config/index.ts';
import { entryOf, type MapTree, memberPath } from '../text/index.ts';
import type { FlowReader } from './read-flow.ts';

/** What bounds the templates of one node; see ConfigReader. */
type Levels = Required<Pick<ConfigReader, 'level' | 'levelMax'>>;

interface LevelsAt {
  /** The whole node. */
  readonly node: MapTree;
  readonly nodePath: string;
  readonly config: MapTree;
  readonly configPath: string;
}

/**
 * The levels of a node's templates: those of its fields are the most, a flow can only lower them.
 * `template_level` beside `type` lowers all of them, a field `level` of the type the node's own.
 * Adds a problem where one would raise them, or asks for `unsafe` without the operator's setting.
 *
 * Source: guide claims G1.020 and G1.024.
 */
export function levelsOf(reader: FlowReader, type: NodeType, at: LevelsAt): Levels {
  const operators = reader.unsafeTemplates ? 'unsafe' : 'sandboxed';
  const level = ownLevel(reader, type, at);
  const written = levelIn(at.node, 'template_level');
  if (written === undefined) return { level, levelMax: operators };
  const levels = Object.values<Field>(type.config)
    .flatMap(templatingsOf)
    .map((templating) => levelAt({ level, levelMax: operators }, templating));
  const isRaised = levels.length > 0 && levels.every((each) => isHigherLevel(written, each));
  if (isRaised) refuseRaised(reader, at, { written, levels });
  return { level, levelMax: isHigherLevel(written, operators) ? operators : written };
}

/**
 * The level that a flow chose for the node's own templates: the value of a field `level` whose
 * choices are template levels, or its default.
 */
function ownLevel(reader: FlowReader, type: NodeType, at: LevelsAt): TemplateLevel | undefined {
  const field = Object.hasOwn(type.config, 'level') ? type.config.level : undefined;
  if (field?.kind !== 'choice') return undefined;
  const otherwise = TEMPLATE_LEVELS.find((level) => level === field.default);
  const written = levelIn(at.config, 'level');
  if (written !== 'unsafe' || reader.unsafeTemplates) return written ?? otherwise;
  reader.problems.add({
    code: 'WRONG_VALUE',
    message: 'level unsafe is not allowed to flows: it needs the setting TEMPLATE_UNSAFE',
    remedy:
      'Write sandboxed, which has the whole language; or let the operator set TEMPLATE_UNSAFE=true.',
    place: placeOf(reader, at.config, { key: 'level', path: at.configPath }),
  });
  return 'sandboxed';
}

function levelIn(tree: MapTree, key: string): TemplateLevel | undefined {
  const written = entryOf(tree, key)?.value;
  return written?.kind === 'scalar'
    ? TEMPLATE_LEVELS.find((level) => level === written.value)
    : undefined;
}

/** Every place of a field at which templates are rendered. */
function templatingsOf(field: Field): readonly Templating[] {
  const own = field.template === undefined ? [] : [field.template];
  if (field.kind === 'list') return [...own, ...templatingsOf(field.items)];
  if (field.kind === 'map') return [...own, ...templatingsOf(field.values)];
  if (field.kind !== 'object') return own;
  return [...own, ...Object.values(field.fields).flatMap(templatingsOf)];
}

function refuseRaised(
  reader: FlowReader,
  { node, nodePath }: LevelsAt,
  { written, levels }: { readonly written: string; readonly levels: readonly TemplateLevel[] },
): void {
  const most = TEMPLATE_LEVELS.findLast((level) => levels.includes(level)) ?? '';
  reader.problems.add({
    code: 'WRONG_VALUE',
    message: `template_level ${written} would raise templates of this node, which have ${most}`,
    remedy: `A flow can only lower a level: write ${most} or less, or leave template_level out.`,
    place: placeOf(reader, node, { key: 'template_level', path: nodePath }),
  });
}

function placeOf(
  { source }: FlowReader,
  tree: MapTree,
  { key, path }: { readonly key: string; readonly path: string },
) {
  return source.place(entryOf(tree, key)?.value.start ?? tree.start, memberPath(path, key));
}
