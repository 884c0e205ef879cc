import type { FlowId } from '../../base/index.ts';
import type { Problem } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { FlowDraft, FlowRecord } from '../../store/index.ts';
import type { Call, Handlers, Reply } from '../call.ts';
import { auditOf } from './audit-of.ts';
import { draftOf, type FlowSource, refuseTooLarge, sourceOf } from './flow-source.ts';
import { flowView, problemView } from './flow-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import { noFlow, noVersion } from './not-found.ts';
import { pageOfQuery, pageText } from './paging.ts';

type Flows = Pick<
  Handlers,
  'createFlow' | 'listFlows' | 'validateFlow' | 'readFlow' | 'updateFlow' | 'deleteFlow'
>;

/** Flows as people see them: the latest version stands for the flow. */
export function flowHandlers(options: HandlerOptions): Flows {
  const { store, clock, newId, compile } = options;
  return {
    createFlow: async (call) => {
      const { account, id: by } = call.principal;
      const source = sourceOf(call.body, call.given);
      const at = clock.now();
      const { draft, problems } = draftOf(source, compile, { by, at });
      const id = newId() as FlowId; // A new id, made here.
      const target = { targetKind: 'flow', targetId: id };
      const audit = auditOf(call, {
        at,
        action: 'flow.create',
        ...target,
        details: { version: 1 },
      });
      const flow = await store.account(account).flows.create(id, draft, audit);
      return savedReply(201, { flow, source, problems });
    },
    listFlows: async (call) => {
      const { search, tags } = call.query;
      const wanted = tags?.split(',').map((tag) => tag.trim());
      const filter = {
        ...(search === undefined ? {} : { search }),
        ...(wanted === undefined ? {} : { tags: wanted.filter((tag) => tag !== '') }),
      };
      const { flows } = store.account(call.principal.account);
      const { items, nextCursor } = await flows.list(filter, pageOfQuery(call.query));
      return { status: 200, text: pageText(items.map(flowView), nextCursor) };
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
      const id = call.params.id as FlowId; // Read by the schema of the route.
      const target = { targetKind: 'flow', targetId: id, details: {} };
      const audit = auditOf(call, { at: clock.now(), action: 'flow.delete', ...target });
      const isThere = await store.account(call.principal.account).flows.remove(id, audit);
      if (!isThere) throw noFlow(id);
      return { status: 204 };
    },
  };
}

async function readFlow(call: Call<'readFlow'>, { store }: HandlerOptions): Promise<Reply> {
  const id = call.params.id as FlowId; // Read by the schema of the route.
  const { flows } = store.account(call.principal.account);
  const flow = await flows.get(id);
  if (flow === undefined) throw noFlow(id);
  const number = call.query.version ?? flow.version;
  const version = await flows.version(id, number);
  if (version === undefined) throw noVersion(id, number);
  const { source, format } = version;
  const text = JSON.stringify({ ...flowView(flow), version: number, format, source });
  return { status: 200, text, headers: { etag: `"${number}"` } };
}

async function updateFlow(call: Call<'updateFlow'>, options: HandlerOptions): Promise<Reply> {
  const ifVersion = versionOfIfMatch(call.header('if-match'));
  const source = sourceOf(call.body, call.given);
  const at = options.clock.now();
  const id = call.params.id as FlowId; // Read by the schema of the route.
  // Without this a stranger's id would answer 400 for a flow with problems.
  const { flows } = options.store.account(call.principal.account);
  if ((await flows.get(id)) === undefined) throw noFlow(id);
  const { draft, problems } = draftOf(source, options.compile, { by: call.principal.id, at });
  const flow = await saveVersion(call, options, { id, draft, ifVersion, action: 'flow.update' });
  return savedReply(200, { flow, source, problems });
}

/** Adds a version with its audit record. Errors: FLOW_NOT_FOUND, FLOW_CHANGED. */
export async function saveVersion(
  call: Call<'updateFlow'> | Call<'restoreFlowVersion'>,
  { store }: HandlerOptions,
  change: {
    readonly id: FlowId;
    readonly draft: FlowDraft;
    readonly ifVersion: number | undefined;
    readonly action: 'flow.update' | 'flow.restore';
  },
): Promise<FlowRecord> {
  const { id, draft, ifVersion, action } = change;
  const restored = draft.restoredFrom === undefined ? {} : { restoredFrom: draft.restoredFrom };
  const details = { hash: draft.hash, ...restored };
  const what = { at: draft.at, action, targetKind: 'flow', targetId: id, details };
  const flow = await store.account(call.principal.account).flows.update(id, draft, {
    ...(ifVersion === undefined ? {} : { ifVersion }),
    audit: auditOf(call, what),
  });
  if (flow === undefined) throw noFlow(id);
  return flow;
}

/** The answer to what was saved; problems are warnings, or it had not been saved. */
export function savedReply(
  status: 200 | 201,
  saved: {
    readonly flow: FlowRecord;
    readonly source: FlowSource;
    readonly problems: readonly Problem[];
  },
): Reply {
  const { flow, source, problems } = saved;
  const warnings = problems.length === 0 ? {} : { problems: problems.map(problemView) };
  const text = JSON.stringify({ ...flowView(flow), ...source, ...warnings });
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
