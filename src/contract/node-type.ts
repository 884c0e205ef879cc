import type { Random, Value } from '../base/index.ts';
import type { CapabilityName } from './capability.ts';
import type { StepEvent } from './execution.ts';
import type { Fields, RenderTree } from './field.ts';

/**
 * What a node does to the world. `pure`: nothing, it may be computed again after a crash. `read`:
 * it looks at the outside. `write`: it changes the outside, so each visit has an idempotency key.
 */
export type Effect = 'pure' | 'read' | 'write';

/**
 * How the engine treats visits of the node. Roles are few and closed; a node with a role follows
 * the contract of that role (docs/semantics.md, section 4).
 * - `step`: takes values, gives a value
 * - `split`: gives `items`; everything downstream runs once for each, up to an aggregate
 * - `aggregate`: gets the items' values in `input.items`
 * - `filter`: may give `drop: true` in a region, which ends that item
 * - `foreach`: gives `items`; the engine runs its member nodes once for each and makes the value
 */
export type NodeRole = 'step' | 'split' | 'aggregate' | 'filter' | 'foreach';

/** What a split or foreach opens; read from its static config when the flow is compiled. */
export interface RegionDeclaration {
  readonly itemName: string;
  /**
   * The reference that gives the list, such as `inputs.companies`; it may name a split upstream.
   */
  readonly source: string;
  /** foreach only: the nodes that run once for each item. */
  readonly members: readonly string[];
  /** foreach only: false runs one item after the other. */
  readonly parallel: boolean;
  /** foreach only: at most so many items at a time; absent means the execution's limit. */
  readonly concurrency?: number;
  /**
   * foreach only: the node, or node.field, whose value each item gives; absent means the last
   * member.
   */
  readonly collect?: string;
  /**
   * foreach only: `continue` gives null for an item that failed instead of failing the execution.
   */
  readonly onError: 'fail' | 'continue';
}

/**
 * A config problem that no single field can see. `field` is a path such as `conditions[1].then`.
 */
export interface ConfigIssue {
  readonly code:
    | 'MISSING_KEY'
    | 'CONFLICTING_KEYS'
    | 'WRONG_VALUE'
    | 'INVALID_NAME'
    | 'CODE_SYNTAX'
    | 'CODE_REFUSED'
    | 'UNREACHABLE_NODE';
  readonly field: string;
  /** Where in the text of the field, from 1; absent means where the field stands. */
  readonly at?: { readonly line: number; readonly column: number };
  readonly message: string;
  readonly remedy?: string;
  readonly severity?: 'error' | 'warning';
}

export interface NodeContext {
  readonly node: string;
  /** The visit: '' outside regions, `3` for item 3, `3/0` for item 0 inside item 3. */
  readonly path: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The same over retries and recovery of this visit; send it where the other side takes one. */
  readonly idempotencyKey: string;
  /** Aborts when the visit times out, the execution is cancelled, or another node failed it. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  now(): number;
  /** Seeded by execution and visit: the same over retries. */
  readonly random: Random;
  sleep(ms: number): Promise<void>;
  /**
   * Renders a by-node field with these names over those of the visit. `readText`, when given, turns
   * the rendered text of every string that is not one single expression into its value; strings
   * that are one expression keep the type of their value and never pass through it.
   */
  render(
    tree: RenderTree,
    names?: Readonly<Record<string, Value>>,
    readText?: (text: string) => Value,
  ): Value;
  /** The text of a by-node text field as written in the flow, unrendered; '' for a list or map. */
  source(tree: RenderTree): string;
  /** True when a template of the tree reads this name from outside. */
  mentions(tree: RenderTree, name: string): boolean;
  /** The value of a reference; throws an AppError that names what is missing. */
  lookup(reference: string): Value;
  /** Everything a template of this visit could see, by name; for nodes that hand it to code. */
  names(): Readonly<Record<string, Value>>;
  /** What the step record keeps of the use of a capability; hand it on as the capability asks. */
  report(event: StepEvent): void;
  /** A line in the step's log; bounded, later lines are counted and dropped. */
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface NodeInput {
  /** True where the visit belongs to an item of a split or foreach. */
  readonly inRegion: boolean;
  /**
   * The upstream value: of the one live data dependency; with none or several, the item of the
   * innermost region; outside regions undefined.
   */
  readonly upstream: Value | undefined;
  /** Values of the live data dependencies by node name, in the order of depends_on. */
  readonly dependencies: Readonly<Record<string, Value>>;
  /** Aggregate only: one value for each item that was not dropped, in index order. */
  readonly items: readonly Value[] | undefined;
  /** Aggregate only: see `NodeType.valueAlias`; set where `field` is the alias of the items. */
  readonly itemAlias?: string;
}

export interface NodeResult {
  readonly value: Value;
  /** The port on which the result leaves; absent means `default`. */
  readonly port?: string;
  /** Split and foreach: the items of the region. */
  readonly items?: readonly Value[];
  /** Filter in a region: the item ends here. */
  readonly drop?: boolean;
  /**
   * Milliseconds since 1970. The result is there, but the step ends no earlier: a wait of more than
   * a second leaves nothing in memory on a server (semantics 7).
   */
  readonly notBefore?: number;
}

/** A node type as the compiler, the engine, the forms and the reference pages see it. */
export interface NodeType {
  /** As written in `type:`; lower case, families with a dot, such as `email.send`. */
  readonly id: string;
  /** Counts from 1; a flow version keeps the one it was saved with. */
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly role: NodeRole;
  readonly effect: Effect;
  readonly needs: readonly CapabilityName[];
  readonly config: Fields;
  /** What the value is, where that is always the same; `any` where it depends. */
  readonly output: 'list' | 'map' | 'text' | 'any';
  /** What the value holds, in a sentence or two. */
  readonly outputSummary: string;
  /** A whole small flow in YAML that uses the node and runs; shown on its reference page. */
  readonly example: string;
  /**
   * A name under which system 1 wraps the value (`result` for code): `field: result` of an
   * aggregate then means the value itself.
   */
  readonly valueAlias?: string;
  /** Config problems across fields, on the literal config: templates appear as their text. */
  check?(config: Readonly<Record<string, Value>>): readonly ConfigIssue[];
  /** The ports besides `default` and `error`; a port that is a node's name makes a control edge. */
  routes?(config: Readonly<Record<string, Value>>): readonly string[];
  /** For split and foreach. */
  region?(config: Readonly<Record<string, Value>>): RegionDeclaration;
  run(context: NodeContext, config: never, input: NodeInput): Promise<NodeResult> | NodeResult;
}
