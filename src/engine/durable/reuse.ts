import type { ExecutionId } from '../../base/index.ts';
import type { StepRecord } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Plan } from '../../language/index.ts';
import { stepKey } from '../memory-journal.ts';
import { isSameCollection, isSameNode } from '../same-node.ts';
import { type FlowShape, type NodeShape, shapeOf } from '../shape.ts';
import { pathCut, type Spoiled, spread } from './spread.ts';

/** The execution that is retried. */
export interface PreviousExecution {
  readonly id: ExecutionId;
  /** Of the version that it ran. */
  readonly plan: Plan;
  readonly steps: readonly StepRecord[];
  /** Nothing of this node is taken over, nor of what is downstream of it. */
  readonly from?: string;
}

/**
 * The steps that a retry on the same inputs takes over, in their order, with `reusedFrom`: what
 * completed, was skipped, or failed and left on `error`, and does not lie downstream of
 *
 * - a visit that failed for good or was cancelled: in a region only what belongs to its item does;
 * - a node that is not the same in `plan` as in the version that ran;
 * - `from`.
 *
 * The record of a foreach closes it, so it is taken over only together with all that ran inside,
 * failures that it took included; otherwise the foreach opens again, with those of its visits that
 * can stay. Errors: UNKNOWN_NODE where `plan` has no node `from`. Cost: steps x depth of regions,
 * plus edges x items that failed.
 */
export function stepsToReuse(plan: Plan, previous: PreviousExecution): readonly StepRecord[] {
  const { from, id } = previous;
  if (from !== undefined && !plan.node.has(from)) throw unknownNode(plan, from);
  const flow = shapeOf(plan);
  const changed = changedNodes(flow, previous);
  const known = previous.steps.filter(({ node }) => flow.node.has(node));
  const closed = new Map(
    known.filter((step) => isClosing(step, flow)).map((step) => [stepKey(step), step]),
  );
  // Each round but the last opens a foreach again, and there are only so many.
  for (;;) {
    const spoils = known.flatMap((step) => spoiledBy(step, flow, closed));
    const isSpoiled = spread(flow, [...changed, ...spoils]);
    const reopened = [...closed].filter(([, { node, path }]) => isSpoiled(node, path));
    for (const [key] of reopened) closed.delete(key);
    if (reopened.length > 0) continue;
    const kept = known.filter(({ node, path }) => !isSpoiled(node, path));
    return kept.map((step) => ({ ...step, reusedFrom: id }));
  }
}

function unknownNode(plan: Plan, from: string): AppError {
  const message = `the flow ${plan.name} has no node ${from} to retry from`;
  return new AppError('UNKNOWN_NODE', { message, details: { node: from } });
}

/** Nodes that run again whatever became of them. */
function changedNodes(flow: FlowShape, { plan, from }: PreviousExecution): readonly Spoiled[] {
  const changed: Spoiled[] = [];
  for (const node of flow.node.values()) {
    const { name } = node.plan;
    const before = plan.node.get(name);
    if (before === undefined || name === from || !isSameNode(before, node.plan)) {
      changed.push({ node, path: '', part: 'list' });
    } else if (isForeach(node) && !isSameCollection(before, node.plan)) {
      changed.push({ node, path: '', part: 'value' });
    }
  }
  return changed;
}

/** What a step means for those downstream of it, when it does not stay. */
function spoiledBy(
  step: StepRecord,
  flow: FlowShape,
  closed: ReadonlyMap<string, StepRecord>,
): readonly Spoiled[] {
  const node = flow.node.get(step.node);
  if (node === undefined || isGood(step, node) || isInside(step, node, closed)) return [];
  const hadItems = step.status === 'cancelled' || step.items !== undefined;
  return [{ node, path: step.path, part: isForeach(node) && hadItems ? 'value' : 'list' }];
}

function isGood({ status, port }: StepRecord, node: NodeShape): boolean {
  if (status === 'completed' || status === 'skipped') return true;
  return status === 'failed' && port === 'error' && node.hasErrorEdge;
}

/** True where a foreach around the step took what became of it, and is over itself. */
function isInside(
  { path }: StepRecord,
  { plan: { scope } }: NodeShape,
  closed: ReadonlyMap<string, StepRecord>,
): boolean {
  return scope.some((opener, depth) =>
    closed.has(stepKey({ node: opener, path: pathCut(path, depth) })),
  );
}

function isClosing(step: StepRecord, flow: FlowShape): boolean {
  const node = flow.node.get(step.node);
  return node !== undefined && isForeach(node) && step.items !== undefined && isGood(step, node);
}

function isForeach({ plan }: NodeShape): boolean {
  return plan.opens?.kind === 'foreach';
}
