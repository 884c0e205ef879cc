import type { Value } from '../base/index.ts';
import type { StepRecord } from '../contract/index.ts';
import type { StepFailure } from './failure.ts';
import type { NodeShape, RegionShape } from './shape.ts';

/**
 * The state of an execution: a tree of scopes. A scope holds one cell for each node of its region;
 * a cell is one visit, which is (node, path). A split or foreach that has its items holds a region,
 * and that holds one scope for each item:
 *
 *     Scope ''              cells: [load] [each] [report]
 *                                      |
 *                                   Region 3 items
 *                            /         |         \
 *     Scope '0'  [fetch][rate]  Scope '1' ...   Scope '2' ...
 *
 * Nothing here is ever searched: a cell counts the edges it waits for, a scope the cells and
 * regions that have not ended, a region the scopes. Each edge and each cell is touched once, so the
 * cost of an execution is linear in its visits. visit-table.ts owns these counters.
 */
export interface Scope {
  readonly shape: RegionShape;
  /** The region whose item it is; undefined for the outermost. */
  readonly region: Region | undefined;
  readonly parent: Scope | undefined;
  readonly index: number;
  /** '' for the outermost, `3` for item 3, `3/0` for item 0 inside it. */
  readonly path: string;
  /** By slot. */
  readonly cells: readonly Cell[];
  /** Cells that have not ended and regions that have not finished. */
  unfinished: number;
  /** A filter dropped the item. */
  isDropped: boolean;
  /** The first node of the item that failed where a foreach takes it. */
  failure: StepFailure | undefined;
}

export interface Region {
  readonly shape: RegionShape;
  readonly opener: Cell;
  /** False where its opener was skipped or failed: one scope then stands for all its nodes. */
  readonly isOpen: boolean;
  readonly items: readonly Value[];
  /** In index order; a foreach begins its items as others end. */
  readonly scopes: Scope[];
  /** Scopes that have begun and not ended. */
  running: number;
  /** By place in `shape.exits`. */
  readonly exits: { itemsLeft: number; ending: Ending | undefined }[];
  /** Values of its nodes as lists, made when something outside first asks. */
  readonly lists: Map<NodeShape, readonly Value[]>;
}

export interface Cell {
  readonly node: NodeShape;
  readonly scope: Scope;
  /** Incoming edges that are not settled. */
  waiting: number;
  hasLiveData: boolean;
  hasLiveControl: boolean;
  /** Set when the item has come to an early end here or before. */
  ending: Ending | undefined;
  /** Split and foreach: set when the items are known, or when there will be none. */
  region: Region | undefined;
  /** Set when the visit is over and its record is kept. */
  record: StepRecord | undefined;
}

/**
 * An item that has come to an early end: what is downstream of it, inside that item, is skipped.
 */
export interface Ending {
  readonly reason: 'dropped' | 'failed';
  /** The depth of the region whose item it is. */
  readonly depth: number;
}

/** The scope of the region around `scope` that has this depth. */
export function scopeAt(scope: Scope, depth: number): Scope {
  let each = scope;
  while (each.shape.depth > depth && each.parent !== undefined) each = each.parent;
  return each;
}

/** The cell of a node that runs in this scope's region, or in one around it. */
export function cellAround(scope: Scope, node: NodeShape): Cell | undefined {
  const around = scopeAt(scope, node.region.depth);
  return around.shape === node.region ? around.cells[node.slot] : undefined;
}

/** The scope in which the region of `opener` around `scope` has its current item. */
export function itemScope(scope: Scope, opener: NodeShape): Scope | undefined {
  if (opener.opens === undefined) return undefined;
  const around = scopeAt(scope, opener.opens.depth);
  return around.shape === opener.opens ? around : undefined;
}
