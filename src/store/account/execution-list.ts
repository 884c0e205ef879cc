import type { ExecutionFilter, ExecutionStore } from '../execution-store.ts';
import type { FlowViewer } from '../flow-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped, ScopedCondition } from '../scope.ts';
import type { PageRequest } from '../store.ts';
import { isUuid, storedText } from '../stored-text.ts';
import { type ExecutionRow, SUMMARY_COLUMNS, summaryOf } from './execution-row.ts';

/** A page of executions without inputs and outputs, newest first. */
export async function listExecutions(
  scoped: Scoped,
  filter: ExecutionFilter,
  page: PageRequest,
): ReturnType<ExecutionStore['list']> {
  const of = { account: scoped.account, list: 'executions' };
  const after = positionOf(page, of);
  if (filter.flowId !== undefined && !isUuid(filter.flowId)) return { items: [] };
  let query = scoped.select('executions').select(SUMMARY_COLUMNS);
  const { viewer } = filter;
  if (viewer !== undefined && !viewer.everything) {
    query = query.where((eb) => visible(scoped, eb, viewer));
  }
  if (filter.flowId !== undefined) query = query.where('flow_id', '=', filter.flowId);
  if (filter.status !== undefined) query = query.where('status', 'in', [...filter.status]);
  if (filter.status?.length === 0) return { items: [] };
  if (filter.from !== undefined) query = query.where('created_at', '>=', filter.from);
  if (filter.to !== undefined) query = query.where('created_at', '<', filter.to);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('created_at', 'id'), '<', eb.tuple(after.at, after.id)),
    );
  }
  const rows = await query
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const position = (row: Pick<ExecutionRow, 'created_at' | 'id'>) => ({
    at: Number(row.created_at),
    id: row.id,
  });
  return pageOf(rows, { ...page, of }, { item: summaryOf, position });
}

/**
 * What one started, what is of a flow that belongs to one, and what is of a flow that is shared to
 * edit. Flows that were deleted count: their executions are still there to be explained.
 */
function visible(scoped: Scoped, eb: ScopedCondition<'executions'>, viewer: FlowViewer) {
  const owner = storedText(viewer.owner);
  const own = scoped.select('flows').select('id').where('owner', '=', owner);
  const ways = [eb('started_by', '=', owner), eb('flow_id', 'in', own)];
  const { person } = viewer;
  if (person !== undefined && isUuid(person)) {
    const shared = scoped
      .select('flow_shares')
      .select('flow_id')
      .where('person_id', '=', person)
      .where('level', '=', 'edit');
    ways.push(eb('flow_id', 'in', shared));
  }
  return eb.or(ways);
}
