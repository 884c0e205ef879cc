import type { StoredStatus } from '../../contract/index.ts';
import type { ErrorReport } from '../../errors/index.ts';
import type { AccountStore, ExecutionRecord } from '../../store/index.ts';
import { isoTime } from './flow-view.ts';
import { type ShownValue, shownValue } from './kept-value.ts';

/** What an answer says about an execution besides its inputs and outputs. */
export interface ExecutionFacts {
  readonly id: string;
  readonly flowId: string;
  readonly flowName: string;
  readonly version: number;
  readonly status: StoredStatus;
  readonly error?: ErrorReport & { readonly node?: string; readonly path?: string };
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly wakeAt?: number;
  readonly startedBy: string;
  readonly retriedFrom?: string;
  readonly isCancelRequested?: boolean;
}

/** An execution as lists show it. */
export function executionSummary(facts: ExecutionFacts) {
  const { id, flowId, flowName, version, status, error, createdAt, startedBy } = facts;
  const { startedAt, endedAt, wakeAt, retriedFrom, isCancelRequested } = facts;
  return {
    id,
    flowId,
    flowName,
    flowVersion: version,
    status,
    error,
    createdAt: isoTime(createdAt),
    startedAt: startedAt === undefined ? undefined : isoTime(startedAt),
    endedAt: endedAt === undefined ? undefined : isoTime(endedAt),
    wakeAt: wakeAt === undefined || status !== 'waiting' ? undefined : isoTime(wakeAt),
    startedBy,
    retriedFrom,
    cancelRequested: isCancelRequested === true ? true : undefined,
  };
}

/**
 * An execution as one JSON text. Inputs and outputs are put in as the texts that are kept, since
 * reading and writing them again would cost more than all the rest.
 */
export function executionText(
  facts: ExecutionFacts,
  values: { readonly inputs: ShownValue; readonly outputs?: ShownValue },
): string {
  const head = JSON.stringify(executionSummary(facts)).slice(0, -1);
  const outputs = values.outputs === undefined ? '' : memberText('outputs', values.outputs);
  return `${head}${memberText('inputs', values.inputs)}${outputs}}`;
}

/** A stored execution with its inputs and outputs. */
export async function recordText(
  account: Pick<AccountStore, 'blobs'>,
  record: ExecutionRecord,
): Promise<string> {
  const inputs = await shownValue(account, record.inputs);
  if (record.outputs === undefined) return executionText(record, { inputs });
  return executionText(record, { inputs, outputs: await shownValue(account, record.outputs) });
}

function memberText(name: 'inputs' | 'outputs', value: ShownValue): string {
  return 'json' in value
    ? `,"${name}":${value.json}`
    : `,"${name}Ref":${JSON.stringify(value.ref)}`;
}
