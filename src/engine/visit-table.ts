import { assert, ENGINE_LIMITS, isList, type Value } from '../base/index.ts';
import type { StepRecord } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { note, outer, type Signal, settle, signalOf } from './edges.ts';
import { type Cell, cellAround, type Ending, type Region, type Scope } from './scopes.ts';
import type { FlowShape, Inward, NodeShape, RegionShape, ShapeEdge } from './shape.ts';

export interface VisitTableOptions {
  /** Items of one foreach that may be under way together, where the foreach does not say. */
  readonly concurrency: number;
  /** Called once for each cell, when its last edge has settled: it now runs or is skipped. */
  onDue(cell: Cell): void;
  /** Called for a foreach without a record, when all its items have come to an end. */
  onGathered(cell: Cell): void;
}

/**
 * Keeps the tree of scopes and its counters true: told which visits ended and which items a split
 * or foreach gave, it tells which visits are due. It knows no time, no promise and no node type, so
 * what a flow means can be read here alone. The callbacks must not call back into the table.
 */
export class VisitTable {
  readonly root: Scope;
  readonly #options: VisitTableOptions;
  /** How many cells there are, and how many there will be for the items of all open regions. */
  #cells = 0;

  constructor(shape: FlowShape, options: VisitTableOptions) {
    this.#options = options;
    this.root = this.#scope(shape.root, undefined);
  }

  get isDone(): boolean {
    return this.root.unfinished === 0;
  }

  /** Makes the visits due that wait for nothing. */
  begin(): void {
    this.#reserve(this.root.cells.length);
    this.#enter(this.root);
  }

  /**
   * Opens the region of a split or foreach: its nodes run once for each item. Throws LIMIT_STEPS,
   * before anything is made, when nested regions multiply beyond ENGINE_LIMITS.cells.
   */
  open(opener: Cell, items: readonly Value[]): void {
    this.#reserve(items.length * (opener.node.opens?.members.length ?? 0));
    const region = this.#region(opener, items, true);
    for (const exit of region.exits) exit.itemsLeft = items.length;
    if (items.length === 0) this.#settleExits(region, 'live');
    this.#advance(region);
  }

  /** Takes the record of a visit that is over, and settles what waited for it. */
  end(cell: Cell, record: StepRecord): void {
    assert(cell.record === undefined, `${record.node} ends once at '${record.path}'`);
    cell.record = record;
    this.#noteEarlyEnd(cell, record);
    if (cell.node.opens !== undefined && cell.region === undefined) this.#openOrClose(cell, record);
    for (const inward of cell.node.inward) {
      this.#settleInward(cell.scope, inward, signalOf(cell, inward.edge));
    }
    const { region } = cell.scope;
    for (const place of cell.node.outward) {
      if (region !== undefined) this.#leave(region, place, cell.ending);
    }
    this.#countDown(cell.scope);
  }

  /**
   * A dropped item, or a failure that a foreach takes, ends the item for all that is downstream.
   */
  #noteEarlyEnd(cell: Cell, record: StepRecord): void {
    const { scope } = cell;
    if (record.dropped === true && scope.region !== undefined) {
      scope.isDropped = true;
      cell.ending = outer(cell.ending, { reason: 'dropped', depth: scope.shape.depth });
    }
    if (record.status !== 'failed' || record.port !== undefined) return;
    const item = foreachItem(scope);
    assert(item !== undefined && record.error !== undefined, 'a foreach takes the failure');
    item.failure ??= { node: record.node, path: record.path, error: record.error };
    cell.ending = outer(cell.ending, { reason: 'failed', depth: item.shape.depth });
  }

  /** A record with `items` belongs to a region that is open; without them its nodes never run. */
  #openOrClose(cell: Cell, record: StepRecord): void {
    if (record.items === undefined) {
      this.#close(cell);
    } else if (cell.node.opens?.plan?.kind === 'split') {
      assert(isList(record.value), 'the value of a split is its list');
      this.open(cell, record.value);
    } else {
      // The items of a recorded foreach are not kept: every visit inside it is recorded too.
      this.open(cell, Array<Value>(record.items).fill(null));
    }
  }

  /** The opener was skipped or failed: its nodes are skipped once, at the path of the opener. */
  #close(opener: Cell): void {
    const region = this.#region(opener, [], false);
    this.#reserve(region.shape.members.length);
    this.#settleExits(region, opener.ending ?? 'dead');
    this.#beginItem(region);
    if (region.running === 0) this.#finish(region);
  }

  #reserve(cells: number): void {
    this.#cells += cells;
    if (this.#cells <= ENGINE_LIMITS.cells) return;
    const message = `the regions of the flow would make ${this.#cells} steps together`;
    throw new AppError('LIMIT_STEPS', { message, remedy: 'Process the lists in parts.' });
  }

  #region(opener: Cell, items: readonly Value[], isOpen: boolean): Region {
    const shape = opener.node.opens;
    assert(shape !== undefined, `${opener.node.plan.name} opens a region`);
    const exits = shape.exits.map(() => ({ itemsLeft: 0, ending: undefined }));
    const parts = { exits, scopes: [], running: 0, lists: new Map() };
    const region: Region = { shape, opener, isOpen, items, ...parts };
    opener.region = region;
    opener.scope.unfinished += 1;
    return region;
  }

  /** Begins the items that may begin; finishes the region when none is left. */
  #advance(region: Region): void {
    const limit = this.#itemsAtATime(region);
    while (region.running < limit && hasNext(region)) this.#beginItem(region);
    if (region.running === 0) this.#finish(region);
  }

  #itemsAtATime({ shape: { plan }, opener }: Region): number {
    if (plan?.kind !== 'foreach' || opener.record !== undefined) return Number.POSITIVE_INFINITY;
    return plan.parallel ? (plan.concurrency ?? this.#options.concurrency) : 1;
  }

  #beginItem(region: Region): void {
    const scope = this.#scope(region.shape, region);
    region.scopes.push(scope);
    // An aggregate right behind its split leaves a region without nodes: its items are just there.
    if (scope.unfinished === 0) return;
    region.running += 1;
    this.#enter(scope);
  }

  #scope(shape: RegionShape, region: Region | undefined): Scope {
    const cells: Cell[] = [];
    const index = region?.scopes.length ?? 0;
    const scope: Scope = {
      shape,
      region,
      parent: region?.opener.scope,
      index,
      path: region === undefined ? '' : pathOf(region, index),
      cells,
      unfinished: shape.members.length,
      isDropped: false,
      failure: undefined,
    };
    for (const node of shape.members) cells.push(newCell(node, scope));
    return scope;
  }

  /** Counts what each new cell waits for; edges from outside may have settled long ago. */
  #enter(scope: Scope): void {
    const { region } = scope;
    for (const cell of scope.cells) {
      if (region?.isOpen === false) cell.ending = region.opener.ending;
      else for (const incoming of cell.node.incoming) this.#await(cell, incoming);
      if (cell.waiting === 0) this.#options.onDue(cell);
    }
  }

  #await(cell: Cell, { edge, source, from }: NodeShape['incoming'][number]): void {
    if (from === 'opener') {
      note(cell, edge.kind, edge.port === 'error' ? 'dead' : 'live');
      return;
    }
    const before = from === 'outside' ? cellAround(cell.scope, source) : undefined;
    if (before?.record === undefined) cell.waiting += 1;
    else note(cell, edge.kind, signalOf(before, edge));
  }

  #settleInward(scope: Scope, inward: Inward, signal: Signal, level = 0): void {
    const opener = inward.through[level];
    if (opener === undefined) {
      this.#settle(scope, inward.target, { edge: inward.edge, signal });
      return;
    }
    // A region that is not open yet counts this edge when it opens.
    for (const inner of scope.cells[opener.slot]?.region?.scopes ?? []) {
      this.#settleInward(inner, inward, signal, level + 1);
    }
  }

  #settle(
    scope: Scope,
    target: NodeShape,
    { edge, signal }: { edge: ShapeEdge; signal: Signal },
  ): void {
    if (scope.region?.isOpen === false) return;
    const cell = scope.cells[target.slot];
    assert(cell !== undefined, `${target.plan.name} has a cell at '${scope.path}'`);
    if (settle(cell, edge.kind, signal)) this.#options.onDue(cell);
  }

  /** One item is done with an edge that leaves the region. */
  #leave(region: Region, place: number, ending: Ending | undefined): void {
    const exit = region.exits[place];
    if (exit === undefined || !region.isOpen) return;
    const isOfOuterItem = ending !== undefined && ending.depth < region.shape.depth;
    if (isOfOuterItem) exit.ending = outer(exit.ending, ending);
    exit.itemsLeft -= 1;
    if (exit.itemsLeft === 0) this.#settleExit(region, place, exit.ending ?? 'live');
  }

  #settleExits(region: Region, signal: Signal): void {
    for (const place of region.exits.keys()) this.#settleExit(region, place, signal);
  }

  #settleExit(region: Region, place: number, signal: Signal): void {
    const exit = region.shape.exits[place];
    const { scope } = region.opener;
    assert(exit !== undefined, 'a region has the exits of its shape');
    if (exit.next === undefined) {
      this.#settle(scope, exit.target, { edge: exit.edge, signal });
    } else if (scope.region !== undefined) {
      this.#leave(scope.region, exit.next, typeof signal === 'string' ? undefined : signal);
    }
  }

  /** One cell or region of the scope has come to its end. */
  #countDown(scope: Scope): void {
    scope.unfinished -= 1;
    assert(scope.unfinished >= 0, `nothing ends twice at '${scope.path}'`);
    if (scope.unfinished > 0 || scope.region === undefined) return;
    scope.region.running -= 1;
    this.#advance(scope.region);
  }

  #finish(region: Region): void {
    const { opener, shape } = region;
    const neverBegun = region.isOpen ? region.items.length - region.scopes.length : 0;
    for (const [place, exit] of region.exits.entries()) {
      if (exit.itemsLeft === 0) continue;
      exit.itemsLeft -= neverBegun;
      if (exit.itemsLeft === 0) this.#settleExit(region, place, exit.ending ?? 'live');
    }
    if (shape.plan?.kind === 'foreach' && opener.record === undefined) {
      this.#options.onGathered(opener);
    }
    this.#countDown(opener.scope);
  }
}

/** One after the other, the items after a failed one never begin, unless failures are to go on. */
function hasNext({ shape: { plan }, items, scopes }: Region): boolean {
  if (scopes.length >= items.length) return false;
  const isSequential = plan?.kind === 'foreach' && !plan.parallel;
  return !(isSequential && plan.onError === 'fail' && scopes.at(-1)?.failure !== undefined);
}

function pathOf(region: Region, index: number): string {
  const { path } = region.opener.scope;
  if (!region.isOpen) return path;
  return path === '' ? String(index) : `${path}/${index}`;
}

function newCell(node: NodeShape, scope: Scope): Cell {
  return {
    node,
    scope,
    waiting: 0,
    hasLiveData: false,
    hasLiveControl: false,
    ending: undefined,
    region: undefined,
    record: undefined,
  };
}

function foreachItem(scope: Scope): Scope | undefined {
  let each: Scope | undefined = scope;
  while (each !== undefined && each.shape.plan?.kind !== 'foreach') each = each.parent;
  return each;
}
