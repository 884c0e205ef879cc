import { assert, type Value } from '../base/index.ts';
import type { NodeResult, StepRecord, StepWait } from '../contract/index.ts';
import { AppError, reportOf } from '../errors/index.ts';
import { errorOfVisit } from './failure.ts';
import { foreachFailure, foreachValue } from './foreach-value.ts';
import { checkOutput } from './node-data.ts';
import type { Cell } from './scopes.ts';
import type { FlowShape } from './shape.ts';
import { cancelledStep, completedStep, failedStep, type Ran, waitOf } from './steps.ts';
import type { VisitOutcome } from './visit-run.ts';

/**
 * What follows from a visit: it is over and has a record, or it waits until its result may be seen,
 * or a foreach now runs its items.
 */
export type Consequence =
  | { readonly kind: 'ended'; readonly record: StepRecord }
  | { readonly kind: 'waits'; readonly wait: StepWait }
  | { readonly kind: 'opens'; readonly items: readonly Value[] };

export interface OutcomeBounds {
  readonly regionItems: number;
  /** Set when the execution is stopping: what visits that were told to stop are recorded with. */
  readonly stop: AppError | undefined;
}

/** Turns how a visit ended into its record, its wait, or the items of the foreach it opens. */
export function consequenceOf(ran: Ran, outcome: VisitOutcome, bounds: OutcomeBounds): Consequence {
  if (outcome.kind === 'failed') return ended(failedStep(ran, reportOf(outcome.error)));
  if (outcome.kind === 'stopped') {
    assert(bounds.stop !== undefined, 'visits are stopped when the execution is');
    return ended(cancelledStep(ran, bounds.stop));
  }
  if (ran.cell.node.opens !== undefined) return opening(ran, outcome.result, bounds);
  const { value, port, notBefore } = outcome.result;
  if (notBefore !== undefined && notBefore > ran.endedAt) {
    if (bounds.stop !== undefined) return ended(cancelledStep(ran, bounds.stop));
    return { kind: 'waits', wait: waitOf(ran, outcome.result, notBefore) };
  }
  return ended(completedStep(ran, { value, port, isDropped: drops(ran.cell, outcome.result) }));
}

function ended(record: StepRecord): Consequence {
  return { kind: 'ended', record };
}

/** A split is over when it has its items; a foreach when they have all come to an end. */
function opening(ran: Ran, { items, port }: NodeResult, bounds: OutcomeBounds): Consequence {
  const { plan } = ran.cell.node;
  assert(items !== undefined, `${plan.name} gives items`);
  if (items.length > bounds.regionItems) {
    const error = tooManyItems(ran.cell, items.length, bounds.regionItems);
    return ended(failedStep(ran, reportOf(error)));
  }
  if (plan.opens?.kind === 'split') {
    return ended(completedStep(ran, { value: items, port, items: items.length }));
  }
  if (bounds.stop !== undefined) return ended(cancelledStep(ran, bounds.stop));
  return { kind: 'opens', items };
}

/** The record of a foreach whose items have all come to an end. */
export function foreachStep(ran: Ran, flow: FlowShape): StepRecord {
  const { region, node } = ran.cell;
  assert(region !== undefined, `${node.plan.name} has a region`);
  const failed = foreachFailure(region);
  if (failed !== undefined) return failedStep(ran, failed.error);
  try {
    const value = foreachValue(region, flow);
    checkOutput(node.plan, value);
    return completedStep(ran, { value, items: region.scopes.length });
  } catch (error) {
    return failedStep(ran, reportOf(errorOfVisit(error, node.plan)));
  }
}

function drops({ node, scope }: Cell, result: NodeResult): boolean {
  return result.drop === true && node.plan.type.role === 'filter' && scope.region !== undefined;
}

function tooManyItems({ node }: Cell, items: number, itemsMax: number): AppError {
  return new AppError('LIMIT_ITEMS', {
    message: `the list of ${node.plan.name} has ${items} items, and ${itemsMax} are allowed`,
    place: node.plan.place,
    retryable: false,
  });
}
