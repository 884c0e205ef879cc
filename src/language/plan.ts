import type { Value } from '../base/index.ts';
import type { NodeType, Problem } from '../contract/index.ts';
import type { Place } from '../errors/index.ts';
import type { Template } from './expression/index.ts';
import type { Grants } from './grants/index.ts';

/** A compiled flow: checked, immutable, and all that the engine needs. Built only by `compile`. */
export interface Plan {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Absent where the flow has none. */
  readonly tags?: readonly string[];
  /** Graph shape; `token` comes with system 4's reader. */
  readonly mode: 'dataflow';
  readonly inputs: readonly InputDeclaration[];
  /** In the order of the text; `index` of each is its place here. */
  readonly nodes: readonly PlanNode[];
  readonly node: ReadonlyMap<string, PlanNode>;
  readonly outputs: readonly { readonly name: string; readonly reference: Reference }[];
  readonly limits: {
    readonly timeoutMs?: number;
    readonly steps?: number;
    readonly concurrency?: number;
  };
  /** What its executions may do beyond computing; capabilities are bounded by it. */
  readonly grants: Grants;
  readonly warnings: readonly Problem[];
}

export interface InputDeclaration {
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'any';
  readonly required: boolean;
  readonly default?: Value;
  readonly description: string;
  /** Allowed values, where the flow lists them. */
  readonly choices?: readonly Value[];
  /** What its items or fields must be, where the flow says so; see `checkSchema`. */
  readonly schema?: Value;
}

/** `inputs.a.b`, `node.a.b`, or a name of the region with fields: root and the fields after it. */
export interface Reference {
  readonly text: string;
  readonly root: string;
  readonly fields: readonly string[];
  readonly place: Place;
}

export interface Edge {
  readonly from: string;
  readonly port: string;
  readonly to: string;
  readonly kind: 'data' | 'control';
}

/** The region that a split or foreach opens. */
export interface PlanRegion {
  readonly opener: string;
  readonly kind: 'split' | 'foreach';
  readonly itemName: string;
  readonly source: Reference;
  /** Every node whose scope ends in this opener, in the order of the text. */
  readonly members: readonly string[];
  readonly parallel: boolean;
  readonly concurrency?: number;
  /** foreach: root is a member or the item name. */
  readonly collect?: Reference;
  readonly onError: 'fail' | 'continue';
}

export interface PlanNode {
  readonly name: string;
  readonly index: number;
  readonly type: NodeType;
  readonly description: string;
  /** The config with its templates, for `renderConfig`; opaque to the engine. */
  readonly config: PlanConfig;
  readonly incoming: readonly Edge[];
  readonly outgoing: readonly Edge[];
  /** Openers of the regions around the node, outermost first; empty outside regions. */
  readonly scope: readonly string[];
  readonly opens?: PlanRegion;
  /** Aggregate: the split whose region it closes; absent where it aggregates a plain list. */
  readonly closes?: string;
  /** Aggregate: the `field` by which an item without a field of that name gives itself. */
  readonly itemAlias?: string;
  /**
   * Aggregate after a foreach whose `field` names a member of that foreach: each item is that
   * member's value instead of the foreach's own.
   */
  readonly pick?: { readonly foreach: string; readonly member: string };
  /** Names from `context:`, each with where its value comes from. */
  readonly context: readonly { readonly name: string; readonly reference: Reference }[];
  readonly timeoutMs?: number;
  readonly retry: RetryPolicy;
  /** System 1's result cache: read and kept, used from the durable server on. */
  readonly cache?: {
    readonly enabled: boolean;
    readonly ttlMs?: number;
    readonly keyFields?: readonly string[];
  };
  readonly inputSchema?: Value;
  readonly outputSchema?: Value;
  /** Of the level `unsafe`: each attempt at the node tells that it renders them. */
  readonly hasUnsafeTemplates?: true;
  readonly place: Place;
}

/**
 * `attempts` counts the first one too; the wait before attempt n is backoff x 2^(n-2), with jitter.
 */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoffMs: number;
}

/** A config value with its place: data, a template, or a list or map of such. */
export type PlanConfig = {
  readonly [key: string]: ConfigPart;
};

export type ConfigPart =
  | {
      readonly kind: 'value';
      readonly value: Value;
      readonly place: Place;
      /** Code only, so that a line of the code can be shown as a line of the file. */
      readonly origin?: TextOrigin;
    }
  | {
      readonly kind: 'template';
      readonly template: Template;
      readonly place: Place;
      readonly origin: TextOrigin;
    }
  | { readonly kind: 'list'; readonly items: readonly ConfigPart[]; readonly place: Place }
  | {
      readonly kind: 'map';
      readonly entries: readonly (readonly [string, ConfigPart])[];
      readonly place: Place;
    };

/**
 * Where the text of a template stands in the file, so that a place inside the template can be shown
 * as a place in the file, whatever way the text is written there; see `placeInFile`.
 */
export interface TextOrigin {
  readonly file?: string;
  /** The path in the document, such as `nodes.greet.config.template`. */
  readonly path: string;
  /**
   * By rising `from`, starting at 0: from this offset of the text on, characters stand at `line`
   * and `column` of the file, and to the right of it.
   */
  readonly pieces: readonly {
    readonly from: number;
    readonly line: number;
    readonly column: number;
  }[];
  /** Lines of the file by number, those on which pieces start; each cut at 200 characters. */
  readonly lines: ReadonlyMap<number, string>;
}
