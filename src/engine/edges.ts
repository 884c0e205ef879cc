import { assert } from '../base/index.ts';
import type { StepRecord } from '../contract/index.ts';
import type { Cell, Ending } from './scopes.ts';
import type { Incoming, ShapeEdge } from './shape.ts';

/** What an edge tells its target when its source has ended (docs/semantics.md, section 2). */
export type Signal = 'live' | 'dead' | Ending;

/** What the edge tells, now that its source has a record. */
export function signalOf(source: Cell, edge: ShapeEdge): Signal {
  assert(source.record !== undefined, `${edge.from} has ended before its edges settle`);
  if (source.ending !== undefined) return source.ending;
  return isLive(source.record, edge.port) ? 'live' : 'dead';
}

/** A result on a route also leaves on `default`; a failure leaves on `error` alone. */
function isLive(record: StepRecord, port: string): boolean {
  if (record.port === undefined) return false;
  return record.port === port || (port === 'default' && record.port !== 'error');
}

/** True where the source has ended and this edge brought its value to the visit. */
export function isLiveEdge(incoming: Incoming, source: Cell | undefined): boolean {
  if (incoming.from === 'opener') return incoming.edge.port !== 'error';
  return source?.record !== undefined && signalOf(source, incoming.edge) === 'live';
}

/** Counts one settled edge; true when the cell waits for no other. */
export function settle(cell: Cell, kind: ShapeEdge['kind'], signal: Signal): boolean {
  assert(cell.waiting > 0, `${cell.node.plan.name} waits for an edge`);
  cell.waiting -= 1;
  note(cell, kind, signal);
  return cell.waiting === 0;
}

/** Remembers what a settled edge told; a dead one leaves no trace. */
export function note(cell: Cell, kind: ShapeEdge['kind'], signal: Signal): void {
  if (signal === 'dead' || kind === 'wait') return;
  if (signal !== 'live') cell.ending = outer(cell.ending, signal);
  else if (kind === 'data') cell.hasLiveData = true;
  else cell.hasLiveControl = true;
}

/**
 * Of two endings the one that ends more: an item of an outer region contains those of inner ones.
 */
export function outer(left: Ending | undefined, right: Ending): Ending {
  return left === undefined || right.depth < left.depth ? right : left;
}

/** True when the visit runs, false when it is skipped; all its edges are settled. */
export function mayRun(cell: Cell): boolean {
  const { node, scope } = cell;
  if (cell.ending !== undefined || scope.region?.isOpen === false) return false;
  if (node.hasControl && !cell.hasLiveControl) return false;
  return !node.hasData || cell.hasLiveData;
}
