import { isList, isMap, seededRandom, toValue, type Value } from '../../base/index.ts';
import type {
  Capabilities,
  NodeContext,
  NodeResult,
  NodeType,
  RenderTree,
} from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { compileTemplate, type Template } from '../../language/index.ts';
import { fieldAt } from './field-path.ts';
import { mapOf } from './map-of.ts';

/** What a node type is tried with in its own tests; everything may be left out. */
export interface Trial {
  /** As in the flow's text; absent fields take their defaults. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What templates and references see. */
  readonly names?: Readonly<Record<string, unknown>>;
  readonly inRegion?: boolean;
  readonly upstream?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly items?: readonly unknown[];
  readonly itemAlias?: string;
  readonly signal?: AbortSignal;
  readonly capabilities?: Partial<Capabilities>;
}

/**
 * Runs one visit of a node type without compiler and engine, for the tests beside node types. Only
 * by-node templates are rendered, references are paths into `names`, and sleeping takes no time.
 */
export async function trialVisit(type: NodeType, trial: Trial = {}): Promise<NodeResult> {
  const context = { ...contextOf(trial), ...trial.capabilities };
  // The test vouches for its config; by-node fields stay as they are, which `partOf` relies on.
  const config = { ...defaultsOf(type), ...mapFrom(trial.config) } as never;
  return await type.run(context, config, {
    inRegion: trial.inRegion ?? false,
    upstream: trial.upstream === undefined ? undefined : toValue(trial.upstream),
    dependencies: mapFrom(trial.dependencies),
    items: trial.items?.map((item) => toValue(item)),
    ...(trial.itemAlias === undefined ? {} : { itemAlias: trial.itemAlias }),
  });
}

function contextOf(trial: Trial): NodeContext {
  const names = mapFrom(trial.names);
  const signal = trial.signal ?? new AbortController().signal;
  return {
    node: 'tried',
    path: trial.inRegion === true ? '0' : '',
    attempt: 1,
    idempotencyKey: 'execution/tried',
    signal,
    now: () => 1_700_000_000_000,
    random: seededRandom(1),
    sleep: async () => signal.throwIfAborted(),
    render: (tree, more = {}, readText = (text) => text) =>
      rendered(partOf(tree), { names: mapFrom({ ...names, ...more }), readText }),
    source: (tree) => {
      const part = partOf(tree);
      return typeof part === 'string' ? part : '';
    },
    mentions: (tree, name) =>
      templatesOf(partOf(tree)).some(({ uses }) => uses.some(({ root }) => root === name)),
    lookup: (reference) => looked(names, reference),
    names: () => names,
    report: () => undefined,
    log: () => undefined,
  };
}

type Names = Readonly<Record<string, Value>>;

function rendered(part: Value, how: { names: Names; readText: (text: string) => Value }): Value {
  if (typeof part === 'string') {
    const template = compiled(part);
    const value = evaluated(template, how.names);
    return typeof value === 'string' && !template.isExpression ? how.readText(value) : value;
  }
  if (isList(part)) return part.map((item) => rendered(item, how));
  if (!isMap(part)) return part;
  return mapOf(Object.entries(part).map(([key, item]) => [key, rendered(item, how)]));
}

function evaluated(template: Template, names: Names): Value {
  return template.evaluate({
    get: (name) => (Object.hasOwn(names, name) ? names[name] : undefined),
  });
}

function looked(names: Names, reference: string): Value {
  const value = fieldAt(names, reference);
  if (value !== undefined) return value;
  throw new AppError('TEMPLATE_UNDEFINED', { message: `${reference} is not there` });
}

function templatesOf(part: Value): readonly Template[] {
  if (typeof part === 'string') return [compiled(part)];
  if (isList(part)) return part.flatMap(templatesOf);
  return isMap(part) ? Object.values(part).flatMap(templatesOf) : [];
}

function compiled(text: string): Template {
  return compileTemplate(text, 'sandboxed');
}

function partOf(tree: RenderTree): Value {
  return tree as unknown as Value;
}

function defaultsOf(type: NodeType): Names {
  const entries = Object.entries(type.config).flatMap(([key, field]) =>
    'default' in field && field.default !== undefined ? [[key, field.default] as const] : [],
  );
  return mapOf(entries);
}

function mapFrom(data: Readonly<Record<string, unknown>> = {}): Names {
  const value = toValue(data);
  return isMap(value) ? value : {};
}
