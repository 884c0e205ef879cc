import { ownerOf } from '../../auth/index.ts';
import type { FlowId } from '../../base/index.ts';
import type { Problem } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { FlowDraft, FlowFilter, FlowRecord } from '../../store/index.ts';
import type { Call, Handlers, Reply } from '../call.ts';
import { viewerOf } from '../rights/index.ts';
import { auditOf } from './audit-of.ts';
import { wideningOf } from './flow-grants.ts';
import { flowFor } from './flow-of.ts';
import { draftOf, refuseTooLarge, sourceOf } from './flow-source.ts';
import { flowView, problemView } from './flow-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import { noFlow, noVersion } from './not-found.ts';
import { pageOfQuery, pageReply } from './paging.ts';

type Flows = Pick<
  Handlers,
  'createFlow' | 'listFlows' | 'validateFlow' | 'readFlow' | 'updateFlow' | 'deleteFlow'
>;

/** Flows as people see them: the latest version stands for the flow. */
export function flowHandlers(options: HandlerOptions): Flows {
  const { store, clock, compile } = options;
  return {
    createFlow: (call) => createFlow(call, options),
    listFlows: async (call) => {
      const { flows } = store.account(call.principal.account);
      const { items, nextCursor } = await flows.list(filterOf(call), pageOfQuery(call.query));
      return pageReply(items.map(flowView), nextCursor);
    },
    validateFlow: async (call) => {
      const { plan, problems } = compile(sourceOf(call.body, call.given));
      refuseTooLarge(problems);
      const valid = plan !== undefined;
      return { status: 200, text: JSON.stringify({ valid, problems: problems.map(problemView) }) };
    },
    readFlow: (call) => readFlow(call, options),
    updateFlow: (call) => updateFlow(call, options),
    deleteFlow: async (call) => {
      const { id } = await flowFor(store, call, 'delete');
      const target = { targetKind: 'flow', targetId: id, details: {} };
      const audit = auditOf(call, { at: clock.now(), action: 'flow.delete', ...target });
      const isThere = await store.account(call.principal.account).flows.remove(id, audit);
      if (!isThere) throw noFlow(id);
      return { status: 204 };
    },
  };
}

async function createFlow(call: Call<'createFlow'>, options: HandlerOptions): Promise<Reply> {
  const { store, clock, compile, newId } = options;
  const { principal } = call;
  const source = sourceOf(call.body, call.given);
  const at = clock.now();
  const { draft, problems } = draftOf(source, compile, { principal, at });
  const id = newId() as FlowId; // A new id, made here.
  const target = { targetKind: 'flow', targetId: id };
  const details = { version: 1, grants: draft.grants };
  const audit = auditOf(call, { at, action: 'flow.create', ...target, details });
  const owned = { ...draft, owner: ownerOf(principal) };
  const flow = await store.account(principal.account).flows.create(id, owned, audit);
  return savedReply(201, { flow, draft, problems });
}

function filterOf({ principal, query }: Call<'listFlows'>): FlowFilter {
  const { search, tags, of } = query;
  const viewer = viewerOf(principal);
  const wanted = tags?.split(',').map((tag) => tag.trim());
  return {
    ...(search === undefined ? {} : { search }),
    ...(wanted === undefined ? {} : { tags: wanted.filter((tag) => tag !== '') }),
    ...(viewer === undefined ? {} : { viewer }),
    ...ofWhom(of, { principal, viewer }),
  };
}

/** Who sees everything is somebody too: `mine` and `shared` are about them. */
function ofWhom(
  of: NonNullable<FlowFilter['of']>,
  {
    principal,
    viewer,
  }: { readonly viewer: FlowFilter['viewer'] } & Pick<Call<'listFlows'>, 'principal'>,
): Pick<FlowFilter, 'of' | 'viewer'> {
  if (of === 'all') return {};
  if (viewer !== undefined) return { of };
  const { person } = principal;
  const who = { everything: true, owner: ownerOf(principal) };
  return { of, viewer: person === undefined ? who : { ...who, person: person.id } };
}

async function readFlow(call: Call<'readFlow'>, { store }: HandlerOptions): Promise<Reply> {
  const flow = await flowFor(store, call, 'view');
  const number = call.query.version ?? flow.version;
  const version = await store.account(call.principal.account).flows.version(flow.id, number);
  if (version === undefined) throw noVersion(flow.id, number);
  const { source, format, grants } = version;
  const text = JSON.stringify({ ...flowView(flow), version: number, grants, format, source });
  return { status: 200, text, headers: { etag: `"${number}"` } };
}

async function updateFlow(call: Call<'updateFlow'>, options: HandlerOptions): Promise<Reply> {
  const ifVersion = versionOfIfMatch(call.header('if-match'));
  // First, so that a stranger's id never answers 400 for a text with problems.
  const flow = await flowFor(options.store, call, 'edit');
  const source = sourceOf(call.body, call.given);
  const by = { principal: call.principal, at: options.clock.now() };
  const { draft, problems } = draftOf(source, options.compile, by);
  return saveVersion(call, options, { flow, draft, problems, ifVersion, action: 'flow.update' });
}

/**
 * Adds a version with its audit record, and warns where it may do more than the one before. Errors:
 * FLOW_NOT_FOUND, FLOW_CHANGED.
 */
export async function saveVersion(
  call: Call<'updateFlow'> | Call<'restoreFlowVersion'>,
  { store }: HandlerOptions,
  change: {
    readonly flow: FlowRecord;
    readonly draft: SavedDraft;
    readonly problems: readonly Problem[];
    readonly ifVersion: number | undefined;
    readonly action: 'flow.update' | 'flow.restore';
  },
): Promise<Reply> {
  const { flow: before, draft, ifVersion, action } = change;
  const { id } = before;
  const { flows } = store.account(call.principal.account);
  const previous = await flows.version(id, before.version);
  const wider = previous === undefined ? [] : wideningOf(previous.grants, draft.grants);
  const restored = draft.restoredFrom === undefined ? {} : { restoredFrom: draft.restoredFrom };
  const details = { hash: draft.hash, grants: draft.grants, ...restored };
  const what = { at: draft.at, action, targetKind: 'flow', targetId: id, details };
  const flow = await flows.update(id, draft, {
    ...(ifVersion === undefined ? {} : { ifVersion }),
    audit: auditOf(call, what),
  });
  if (flow === undefined) throw noFlow(id);
  return savedReply(200, { flow, draft, problems: [...wider, ...change.problems] });
}

/** A draft whose grants are known; see `draftOf`. */
export type SavedDraft = FlowDraft & { readonly grants: NonNullable<FlowDraft['grants']> };

/** The answer to what was saved; problems are warnings, or it had not been saved. */
function savedReply(
  status: 200 | 201,
  saved: {
    readonly flow: FlowRecord;
    readonly draft: SavedDraft;
    readonly problems: readonly Problem[];
  },
): Reply {
  const { flow, draft, problems } = saved;
  const { source, format, grants } = draft;
  const warnings = problems.length === 0 ? {} : { problems: problems.map(problemView) };
  const text = JSON.stringify({ ...flowView(flow), grants, source, format, ...warnings });
  const location = status === 201 ? { location: `/api/v1/flows/${flow.id}` } : {};
  return { status, text, headers: { etag: `"${flow.version}"`, ...location } };
}

/** `"3"` or `*`; versions are the entity tags of flows (RFC 9110, 13.1.1). */
function versionOfIfMatch(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const found = /^"([1-9]\d{0,8})"$/.exec(header.trim());
  if (found !== null) return Number(found[1]);
  throw new AppError('QUERY_INVALID', {
    message: 'the header If-Match is not a version in quotes',
    remedy: 'Send the version that was read, such as If-Match: "3".',
  });
}
