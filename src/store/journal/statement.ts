import { auditColumns } from '../account/audit.ts';
import type { JournalUnit } from '../journal-store.ts';
import { keptColumns } from '../kept-columns.ts';
import { jsonTexts, numbers, plainTexts, splitTexts, uuids } from './columns.ts';
import { chunkOf, hasStep, rangeOf } from './unit.ts';

/** A named prepared statement; its rows give the place in the group of each unit that passed. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly string[];
}

type Cell = string | number | null | undefined;

/** One value of each unit, and how all of them travel. */
interface Column {
  readonly name: string;
  readonly kind: 'text' | 'json' | 'uuid' | 'int' | 'bigint';
  readonly of: (unit: UnitParts) => Cell;
}

/** What several columns are taken from, worked out once a unit. */
interface UnitParts {
  readonly unit: JournalUnit;
  readonly place: number;
  readonly inputs: ReturnType<typeof keptColumns>;
  readonly outputs: ReturnType<typeof keptColumns>;
  readonly range: ReturnType<typeof rangeOf>;
  readonly audit: ReturnType<typeof auditColumns> | undefined;
}

const COMMON: readonly Column[] = [
  { name: 'place', kind: 'int', of: ({ place }) => place },
  { name: 'account', kind: 'text', of: ({ unit }) => unit.account },
  { name: 'id', kind: 'uuid', of: ({ unit }) => unit.execution },
  { name: 'epoch', kind: 'int', of: ({ unit }) => unit.epoch },
  { name: 'status', kind: 'text', of: ({ unit }) => unit.status },
  // Only what runs is held by someone.
  {
    name: 'next_owner',
    kind: 'text',
    of: ({ unit }) => (unit.status === 'running' ? unit.owner : null),
  },
  { name: 'before', kind: 'int', of: ({ range }) => range?.before },
  { name: 'last', kind: 'int', of: ({ range }) => range?.last },
  {
    name: 'step_sequence',
    kind: 'int',
    of: ({ unit, range }) => (hasStep(unit) ? range?.last : null),
  },
  { name: 'entries', kind: 'json', of: ({ unit }) => chunkOf(unit) },
  { name: 'started_at', kind: 'bigint', of: ({ unit }) => unit.startedAt },
  { name: 'ended_at', kind: 'bigint', of: ({ unit }) => unit.endedAt },
  { name: 'wake_at', kind: 'bigint', of: ({ unit }) => unit.wakeAt },
  { name: 'outputs', kind: 'json', of: ({ outputs }) => outputs.json },
  { name: 'outputs_blob', kind: 'text', of: ({ outputs }) => outputs.blob },
  { name: 'error', kind: 'json', of: ({ unit }) => unit.error && JSON.stringify(unit.error) },
  { name: 'audit_id', kind: 'uuid', of: ({ audit }) => audit?.id },
  { name: 'audit_at', kind: 'bigint', of: ({ audit }) => audit?.at },
  // Texts of an entry are stored texts already, which do not change when stored again as JSON.
  { name: 'actor', kind: 'json', of: ({ audit }) => audit?.actor },
  { name: 'action', kind: 'json', of: ({ audit }) => audit?.action },
  { name: 'target_kind', kind: 'json', of: ({ audit }) => audit?.target_kind },
  { name: 'target_id', kind: 'json', of: ({ audit }) => audit?.target_id },
  { name: 'outcome', kind: 'json', of: ({ audit }) => audit?.outcome },
  { name: 'request_id', kind: 'json', of: ({ audit }) => audit?.request_id },
  { name: 'address', kind: 'json', of: ({ audit }) => audit?.address },
  { name: 'details', kind: 'json', of: ({ audit }) => audit?.details },
];

const CREATE: readonly Column[] = [
  ...COMMON,
  { name: 'flow_id', kind: 'uuid', of: ({ unit }) => unit.header?.flowId },
  { name: 'flow_name', kind: 'text', of: ({ unit }) => unit.header?.flowName },
  { name: 'version', kind: 'int', of: ({ unit }) => unit.header?.version },
  { name: 'inputs', kind: 'json', of: ({ inputs }) => inputs.json },
  { name: 'inputs_blob', kind: 'text', of: ({ inputs }) => inputs.blob },
  { name: 'created_at', kind: 'bigint', of: ({ unit }) => unit.header?.createdAt },
  { name: 'started_by', kind: 'text', of: ({ unit }) => unit.header?.startedBy },
  { name: 'idempotency_key', kind: 'text', of: ({ unit }) => unit.header?.idempotencyKey },
  { name: 'request_hash', kind: 'text', of: ({ unit }) => unit.header?.requestHash },
  { name: 'retried_from', kind: 'uuid', of: ({ unit }) => unit.header?.retriedFrom },
  {
    name: 'latest',
    kind: 'int',
    of: ({ unit: { header } }) => (header?.onlyLatest === true ? header.version : null),
  },
];

const APPEND: readonly Column[] = [
  ...COMMON,
  { name: 'owner', kind: 'text', of: ({ unit }) => unit.owner },
];

/**
 * Makes the rows of units with a header. What is there already, by id or key, does not pass, nor
 * what wants the latest version of its flow and has another.
 */
export function createStatement(units: readonly JournalUnit[]): Statement {
  return { name: 'sluice-create', text: CREATE_TEXT, values: valuesOf(CREATE, units) };
}

/** Advances rows for units without a header; the fence is the condition of its update. */
export function appendStatement(units: readonly JournalUnit[]): Statement {
  return { name: 'sluice-append', text: APPEND_TEXT, values: valuesOf(APPEND, units) };
}

function valuesOf(columns: readonly Column[], units: readonly JournalUnit[]): readonly string[] {
  const parts = units.map((unit, place) => ({
    unit,
    place,
    inputs: keptColumns(unit.header?.inputs),
    outputs: keptColumns(unit.outputs),
    range: rangeOf(unit),
    audit: unit.audit && auditColumns(unit.audit),
  }));
  return columns.map(({ kind, of }) => listOf(kind, parts.map(of)));
}

function listOf(kind: Column['kind'], cells: readonly Cell[]): string {
  // Each column of a kind gives cells of that kind, as the tables above show.
  switch (kind) {
    case 'text':
      return plainTexts(cells as readonly (string | null)[]);
    case 'json':
      return jsonTexts(cells as readonly (string | null)[]);
    case 'uuid':
      return uuids(cells as readonly (string | null)[]);
    case 'int':
    case 'bigint':
      return numbers(cells as readonly (number | null)[]);
  }
}

/** The units as a table; the list of texts is one longer, which gives a row without a place. */
function unitTable(columns: readonly Column[]): string {
  const lists = columns.map(({ kind }, index) =>
    kind === 'text' || kind === 'json' ? splitTexts(index + 1) : `$${index + 1}::${kind}[]`,
  );
  const names = columns.map(({ name }) => name);
  return `unit AS MATERIALIZED (
    SELECT * FROM unnest(${lists.join(', ')}) AS u (${names.join(', ')}) WHERE place IS NOT NULL
  )`;
}

/** Both statements end alike: the journal and the record of those units that passed. */
const WRITE_PASSED = `
  chunk AS (
    INSERT INTO sluice.journal
      (account_id, execution_id, first_sequence, last_sequence, epoch, entries)
    SELECT account, id, before + 1, last, epoch, entries
    FROM unit WHERE entries IS NOT NULL AND place IN (SELECT place FROM passed)
  ),
  record AS (
    INSERT INTO sluice.audit_events (account_id, id, at, actor, action, target_kind, target_id,
      outcome, request_id, address, details)
    SELECT account, audit_id, audit_at, actor, action, target_kind, target_id,
      outcome, request_id, address, details
    FROM unit WHERE audit_id IS NOT NULL AND place IN (SELECT place FROM passed)
  )
  SELECT place FROM passed`;

const CREATE_TEXT = `WITH ${unitTable(CREATE)},
  made AS (
    INSERT INTO sluice.executions (account_id, id, flow_id, flow_name, version, status,
      inputs, inputs_blob, outputs, outputs_blob, error, created_at, started_at, ended_at, wake_at,
      started_by, idempotency_key, request_hash, retried_from, epoch, owner, last_sequence,
      step_sequence)
    SELECT account, id, flow_id, flow_name, version, status,
      inputs, inputs_blob, outputs, outputs_blob, error, created_at, started_at, ended_at, wake_at,
      started_by, idempotency_key, request_hash, retried_from, epoch, next_owner, last,
      coalesce(step_sequence, 0)
    FROM unit AS u
    WHERE latest IS NULL OR EXISTS (
      SELECT FROM sluice.flows AS f WHERE f.account_id = u.account AND f.id = u.flow_id
        AND f.version = u.latest AND f.deleted_at IS NULL)
    ON CONFLICT DO NOTHING RETURNING id
  ),
  passed AS MATERIALIZED (SELECT place FROM unit WHERE id IN (SELECT id FROM made)),
  ${WRITE_PASSED}`;

/** Of the database, as wake_at is compared with it. */
const NOW = 'floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint';

/** What was cancelled before it begins to wait is due at once, whoever has not heard of it. */
const APPEND_TEXT = `WITH ${unitTable(APPEND)},
  passed AS (
    UPDATE sluice.executions AS e
    SET status = u.status, owner = u.next_owner, ended_at = u.ended_at,
      wake_at = CASE WHEN e.cancel_requested AND u.status = 'waiting' THEN least(u.wake_at, ${NOW})
        ELSE u.wake_at END,
      last_sequence = coalesce(u.last, e.last_sequence),
      step_sequence = coalesce(u.step_sequence, e.step_sequence),
      started_at = coalesce(e.started_at, u.started_at),
      outputs = u.outputs, outputs_blob = u.outputs_blob, error = u.error
    FROM unit AS u
    WHERE e.account_id = u.account AND e.id = u.id AND e.owner = u.owner AND e.epoch = u.epoch
      AND e.last_sequence = coalesce(u.before, e.last_sequence) AND e.ended_at IS NULL
    RETURNING u.place
  ),
  ${WRITE_PASSED}`;
