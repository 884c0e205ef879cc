import type { FlowId } from '../../base/index.ts';
import { STATUSES, type StoredStatus } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { ExecutionFilter } from '../../store/index.ts';
import type { Call, Handlers, Reply } from '../call.ts';
import { allowExecution, stillThere, viewerOf } from '../rights/index.ts';
import { auditOf } from './audit-of.ts';
import { executionSummary, recordText } from './execution-view.ts';
import { executionFor } from './flow-of.ts';
import type { HandlerOptions } from './handler-options.ts';
import { journalEntries, stepOf } from './journal-pages.ts';
import { textOf } from './kept-value.ts';
import { noExecution } from './not-found.ts';
import { pageOfQuery, pageReply } from './paging.ts';
import { executionAtEnd } from './start.ts';
import { waitMsOf } from './waits.ts';

type Executions = Pick<
  Handlers,
  'listExecutions' | 'readExecution' | 'readValue' | 'cancelExecution'
>;

/** Executions as they are kept, wherever they run. */
export function executionHandlers(options: HandlerOptions): Executions {
  const { store } = options;
  return {
    listExecutions: async (call) => {
      const { executions } = store.account(call.principal.account);
      const viewer = viewerOf(call.principal);
      const filter = { ...filterOf(call.query), ...(viewer === undefined ? {} : { viewer }) };
      const page = await executions.list(filter, pageOfQuery(call.query));
      return pageReply(page.items.map(executionSummary), page.nextCursor);
    },
    readExecution: async (call) => {
      const waitMs = waitMsOf(call.query.wait);
      const first = await executionFor(store, call, 'view');
      const record = await executionAtEnd(call, options, { first, waitMs });
      const account = store.account(call.principal.account);
      const principal = await stillThere(options, call);
      const about = { act: 'view', execution: record } as const;
      if (principal !== call.principal) await allowExecution(account, principal, about);
      return { status: 200, text: await recordText(account, record) };
    },
    readValue: (call) => readValue(call, options),
    cancelExecution: (call) => cancelExecution(call, options),
  };
}

function filterOf(query: Call<'listExecutions'>['query']): ExecutionFilter {
  const { flowId, from, to } = query;
  const status = query.status?.split(',').map((each) => each.trim());
  const wrong = status?.find((each) => !isStatus(each));
  if (wrong !== undefined) {
    throw new AppError('QUERY_INVALID', {
      message: 'query.status names a status that there is not',
      remedy: `Give some of ${STATUSES.join(', ')}, with commas between.`,
      details: { issues: [{ path: 'query.status', message: 'not a status' }] },
    });
  }
  return {
    // Each is one of STATUSES.
    ...(status === undefined ? {} : { status: status as StoredStatus[] }),
    ...(flowId === undefined ? {} : { flowId: flowId as FlowId }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}

function isStatus(text: string): text is StoredStatus {
  return STATUSES.some((status) => status === text);
}

/**
 * A blob is only given where this execution names it: who may see one execution does not thereby
 * see all content of the account whose hash they can tell.
 */
async function readValue(call: Call<'readValue'>, { store }: HandlerOptions): Promise<Reply> {
  const { blob } = call.params;
  const record = await executionFor(store, call, 'view');
  const { id } = record;
  const { executions, blobs } = store.account(call.principal.account);
  const kept = [record.inputs, ...(record.outputs === undefined ? [] : [record.outputs])];
  let isOurs = kept.some((value) => 'ref' in value && value.ref.blob === blob);
  if (!isOurs) {
    for await (const entry of journalEntries(executions, id, 0)) {
      if (!entry.text.includes(blob)) continue;
      isOurs = stepOf(entry)?.step.valueRef?.blob === blob;
      if (isOurs) break;
    }
  }
  if (!isOurs) {
    throw new AppError('BLOB_NOT_FOUND', { message: 'this execution has no such value' });
  }
  const text = textOf(await blobs.get(blob));
  return { status: 200, text, mediaType: 'application/json; charset=utf-8' };
}

async function cancelExecution(
  call: Call<'cancelExecution'>,
  { store, dispatcher, clock }: HandlerOptions,
): Promise<Reply> {
  const { id } = await executionFor(store, call, 'cancel');
  const { executions } = store.account(call.principal.account);
  const target = { targetKind: 'execution', targetId: id, details: {} };
  const audit = auditOf(call, { at: clock.now(), action: 'execution.cancel', ...target });
  const result = await executions.cancel(id, audit);
  switch (result) {
    case undefined:
      throw noExecution(id);
    case 'already over':
      throw new AppError('EXECUTION_OVER', { message: `execution ${id} has ended already` });
    case 'asked':
      dispatcher.nudgeCancel(id);
      return asked({ id, status: 'running', cancelRequested: true });
    case 'cancelled':
      return asked({ id, status: 'cancelled', cancelRequested: true });
  }
}

function asked(body: {
  readonly id: string;
  readonly status: StoredStatus;
  readonly cancelRequested: true;
}): Reply {
  return { status: 202, text: JSON.stringify(body) };
}
