import { assert } from '../../base/index.ts';
import type { FlowFilter, FlowStore, FlowViewer } from '../flow-store.ts';
import { pageOf, positionOf } from '../page.ts';
import type { Scoped, ScopedCondition } from '../scope.ts';
import type { PageRequest } from '../store.ts';
import { isUuid, searchableText, storedText } from '../stored-text.ts';
import { type FlowRow, flowOf } from './flow-row.ts';

/** A page of flows, newest first. */
export async function listFlows(
  scoped: Scoped,
  filter: FlowFilter,
  page: PageRequest,
): ReturnType<FlowStore['list']> {
  const of = { account: scoped.account, list: 'flows' };
  const after = positionOf(page, of);
  let query = scoped.select('flows').selectAll().where('deleted_at', 'is', null);
  query = query.where((eb) => eb.and([visible(scoped, eb, filter), among(scoped, eb, filter)]));
  if (filter.search !== undefined && filter.search !== '') {
    // No pattern: every character stands for itself.
    const searched = searchableText(filter.search);
    query = query.where((eb) => eb(eb.fn('strpos', ['search', eb.val(searched)]), '>', 0));
  }
  if (filter.tags !== undefined && filter.tags.length > 0) {
    const wanted = filter.tags.map(storedText);
    query = query.where((eb) => eb('tags', '@>', eb.val(wanted)));
  }
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
  const position = (row: FlowRow) => ({ at: Number(row.created_at), id: row.id });
  return pageOf(rows, { ...page, of }, { item: flowOf, position });
}

type Condition = ScopedCondition<'flows'>;

/**
 * The same that `decideFlow` in guard/access.ts says of one flow: own, public, or shared at any
 * level.
 */
function visible(scoped: Scoped, eb: Condition, { viewer }: FlowFilter) {
  if (viewer === undefined || viewer.everything) return eb.lit(true);
  return eb.or([
    eb('owner', '=', storedText(viewer.owner)),
    eb('is_public', '=', true),
    shared(scoped, eb, viewer),
  ]);
}

/** The part of what is visible that was asked for. */
function among(scoped: Scoped, eb: Condition, { viewer, of = 'all' }: FlowFilter) {
  switch (of) {
    case 'all':
      return eb.lit(true);
    case 'public':
      return eb('is_public', '=', true);
    case 'mine':
      assert(viewer !== undefined, 'only who looks has flows of their own');
      return eb('owner', '=', storedText(viewer.owner));
    case 'shared':
      assert(viewer !== undefined, 'only with who looks are flows shared');
      return shared(scoped, eb, viewer);
    default:
      return of satisfies never;
  }
}

function shared(scoped: Scoped, eb: Condition, { person }: FlowViewer) {
  if (person === undefined || !isUuid(person)) return eb.lit(false);
  return eb(
    'id',
    'in',
    scoped.select('flow_shares').select('flow_id').where('person_id', '=', person),
  );
}
