/** What values, texts and templates may be. See index.ts. */

export interface ValueLimits {
  /** How many lists and maps may lie inside each other. */
  readonly depth: number;
  /** How many members all lists and maps of one value may have together. */
  readonly members: number;
}

export const VALUE_LIMITS: ValueLimits = { depth: 100, members: 5_000_000 };

export const FLOW_TEXT_LIMITS = {
  /** MAX_YAML_SIZE: the size of one flow's text. */
  textBytes: 1024 * 1024,
  depth: 64,
  aliases: 50,
  /** Scalars, lists and maps of one document, aliases counted as often as they are used. */
  documentNodes: 100_000,
  /** Nodes of one flow. */
  flowNodes: 1_000,
  problems: 100,
  /** Hosts, connections and secrets that one flow may name, of each kind. */
  grants: 200,
} as const;

export const TEMPLATE_LIMITS = {
  textBytes: 256 * 1024,
  /** Nesting of expressions and blocks in one template. */
  depth: 100,
  /** Steps of evaluation of one rendering: each node of the tree, each item of a loop or filter. */
  steps: 1_000_000,
  /** Bytes that one rendering may make, intermediate strings and lists included. */
  bytes: 16 * 1024 * 1024,
  /** Macro calls and recursive loops inside each other. */
  calls: 50,
  /** Items of one range(), as in Jinja2's sandbox. */
  rangeItems: 100_000,
  /** What the level `unsafe` multiplies steps and bytes by. */
  unsafeFactor: 10,
  /** Compiled templates kept by text, and the length of all their texts together. */
  cached: 2_000,
  cachedLength: 1024 * 1024,
} as const;
