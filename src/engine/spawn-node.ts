import {
  type Clock,
  emptyMap,
  type Random,
  seededRandom,
  seedFromText,
  type Value,
} from '../base/index.ts';
import type { Capabilities, NodeContext } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import {
  type Names,
  type PlanNode,
  renderConfig,
  renderTree,
  resolveReference,
  treeMentions,
  treeSource,
} from '../language/index.ts';
import { checkedResult, checkInput } from './node-data.ts';
import type { Spawn, Visit } from './ports.ts';

/** The capabilities of one visit: made for each, so that they can know the flow's grants. */
export type CapabilityProvider = (visit: Visit) => Partial<Capabilities>;

export interface SpawnOptions {
  /** Told of each attempt at a node that has templates of the level `unsafe`. */
  onUnsafe?(visit: Visit): void;
}

/**
 * The Spawn that runs node types: renders the config, checks `input_schema`, calls `run` with the
 * capabilities that the type declares and no other, checks what it gave, copies and freezes it.
 *
 * Rejects with what `run` threw, with errors of templates at their place, NODE_OUTPUT_INVALID,
 * SCHEMA_MISMATCH or CAPABILITY_ABSENT. Heeding the signal is up to the node; VisitRun does not
 * rely on it.
 */
export function spawnNode(
  capabilities: Partial<Capabilities> | CapabilityProvider,
  clock: Clock,
  options: SpawnOptions = {},
): Spawn {
  const provide: CapabilityProvider =
    typeof capabilities === 'function' ? capabilities : () => capabilities;
  return async (visit) => {
    const { type } = visit.node;
    if (visit.node.hasUnsafeTemplates === true) warnOfUnsafe(visit, options);
    const config = renderConfig(visit.node, visit.names);
    checkInput(visit);
    const context = new VisitContext(visit, clock);
    if (type.needs.length > 0) Object.assign(context, declared(visit.node, provide(visit)));
    // `renderConfig` gives what the type's table of fields says, which is what `run` was typed by.
    const given: unknown = await type.run(context, config as never, visit.input);
    return checkedResult(visit.node, given);
  };
}

function declared(node: PlanNode, provided: Partial<Capabilities>): Partial<Capabilities> {
  const handed: Record<string, unknown> = {};
  for (const name of node.type.needs) {
    if (provided[name] === undefined) throw absent(node, name);
    handed[name] = provided[name];
  }
  return handed;
}

/** What every node is handed. Its signal is made when it is asked for: most nodes never look. */
class VisitContext implements NodeContext {
  readonly node: string;
  readonly path: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly #visit: Visit;
  readonly #clock: Clock;
  #random: Random | undefined;

  constructor(visit: Visit, clock: Clock) {
    this.node = visit.node.name;
    this.path = visit.path;
    this.attempt = visit.attempt;
    this.idempotencyKey = visit.idempotencyKey;
    this.#visit = visit;
    this.#clock = clock;
  }

  get signal(): AbortSignal {
    return this.#visit.signal;
  }

  get random(): Random {
    this.#random ??= seededRandom(seedFromText(this.idempotencyKey));
    return this.#random;
  }

  readonly now = () => this.#clock.now();
  readonly sleep = (ms: number) => this.#clock.sleep(ms, this.#visit.signal);
  readonly render: NodeContext['render'] = (tree, own, readText) => {
    const { names } = this.#visit;
    return renderTree(tree, own ? over(own, names) : names, readText);
  };
  readonly source = treeSource;
  readonly mentions = treeMentions;
  readonly lookup = (reference: string) => resolveReference(reference, this.#visit.names);
  readonly names = () => allOf(this.#visit);
  readonly report: NodeContext['report'] = (event) => this.#visit.report(event);
  readonly log: NodeContext['log'] = (level, message) => this.#visit.log({ level, message });
}

/** The node's own names over those of the visit. */
function over(own: Readonly<Record<string, Value>>, names: Names): Names {
  return {
    get: (name) => (Object.hasOwn(own, name) ? own[name] : names.get(name)),
    whyMissing: (name) => names.whyMissing?.(name),
    all: () => [...new Set([...Object.keys(own), ...(names.all?.() ?? [])])],
  };
}

function allOf({ names }: Visit): Readonly<Record<string, Value>> {
  const all = emptyMap();
  for (const name of names.all()) {
    const value = names.get(name);
    if (value !== undefined) all[name] = value;
  }
  return all;
}

/**
 * An operator who allows the level wants to see who uses it. Source: guide claim G1.024.
 */
function warnOfUnsafe(visit: Visit, { onUnsafe }: SpawnOptions): void {
  const message = `node ${visit.node.name} renders a template of the level unsafe`;
  visit.log({ level: 'warn', message });
  onUnsafe?.(visit);
}

function absent(node: PlanNode, capability: string): AppError {
  return new AppError('CAPABILITY_ABSENT', {
    message: `node ${node.name} of type ${node.type.id} needs ${capability}, which is not there`,
    remedy: 'Start the server, or the command, with what the node needs.',
    retryable: false,
  });
}
