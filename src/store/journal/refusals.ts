import type { StoredStatus } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { JournalUnit } from '../journal-store.ts';
import { originalText } from '../stored-text.ts';
import { numbers, plainTexts, splitTexts, uuids } from './columns.ts';
import { rangeOf } from './unit.ts';

/** Asks for the rows of a statement; tries again while the database does not answer. */
export type Ask = <Row extends object>(
  text: string,
  values: readonly string[],
) => Promise<readonly Row[]>;

interface Found {
  readonly place: number;
  readonly epoch: number | null;
  readonly status: StoredStatus | null;
  /** Of the chunk that begins with the unit's first entry: its epoch and its last sequence. */
  readonly chunk_epoch: number | null;
  readonly chunk_last: number | null;
  readonly key_holder: string | null;
  readonly key_hash: string | null;
}

/**
 * Why each unit did not pass, in their order; undefined for one that is committed after all: its
 * first answer was lost, and the statement that was tried again found it done.
 */
export async function refusals(
  units: readonly JournalUnit[],
  ask: Ask,
): Promise<readonly (AppError | undefined)[]> {
  const found = await ask<Found>(FOUND_TEXT, [
    numbers(units.map((_, place) => place)),
    plainTexts(units.map(({ account }) => account)),
    uuids(units.map(({ execution }) => execution)),
    numbers(units.map((unit) => (rangeOf(unit)?.before ?? -1) + 1)),
    uuids(units.map(({ header }) => header?.flowId)),
    plainTexts(units.map(({ header }) => header?.idempotencyKey)),
  ]);
  const byPlace = new Map(found.map((row) => [row.place, row]));
  return units.map((unit, place) => refusalOf(unit, byPlace.get(place)));
}

function refusalOf(unit: JournalUnit, found: Found | undefined): AppError | undefined {
  const { execution, header } = unit;
  if (found !== undefined && isCommitted(unit, found)) return undefined;
  if (header !== undefined && found?.key_holder != null) {
    return new AppError('IDEMPOTENCY_TAKEN', {
      message: 'another execution of this flow was started with this idempotency key',
      details: {
        executionId: found.key_holder,
        sameRequest: originalText(found.key_hash ?? '') === (header.requestHash ?? ''),
      },
    });
  }
  if (header?.onlyLatest === true && found?.epoch == null) {
    return new AppError('FLOW_CHANGED', {
      message: `version ${header.version} is not the latest of flow ${header.flowId}`,
    });
  }
  if (found?.epoch == null) {
    return new AppError('EXECUTION_NOT_FOUND', { message: `there is no execution ${execution}` });
  }
  return new AppError('EXECUTION_FENCED', {
    message: `another process has the execution ${execution}, or it has ended`,
    retryable: false,
  });
}

/**
 * An epoch has one owner, and an owner writes its units in order: a chunk of these sequences under
 * this epoch is this unit's. A unit without entries is recognised by what it left in the row; one
 * that made its row, by the row, since nobody else has its id: a queued one may be claimed by now.
 */
function isCommitted(unit: JournalUnit, found: Found): boolean {
  if (found.epoch === null) return false;
  if (unit.entries.length > 0) {
    return found.chunk_epoch === unit.epoch && found.chunk_last === rangeOf(unit)?.last;
  }
  if (unit.header !== undefined) return true;
  return found.epoch === unit.epoch && found.status === unit.status;
}

const FOUND_TEXT = `
  SELECT u.place, e.epoch, e.status, j.epoch AS chunk_epoch, j.last_sequence AS chunk_last,
    k.id AS key_holder, k.request_hash AS key_hash
  FROM unnest($1::int[], ${splitTexts(2)}, $3::uuid[], $4::int[], $5::uuid[], ${splitTexts(6)})
    AS u (place, account, id, first, flow, key)
  LEFT JOIN sluice.executions AS e ON e.account_id = u.account AND e.id = u.id
  LEFT JOIN sluice.journal AS j ON j.account_id = u.account AND j.execution_id = u.id
    AND j.first_sequence = u.first
  LEFT JOIN sluice.executions AS k ON k.account_id = u.account AND k.flow_id = u.flow
    AND k.idempotency_key = u.key AND k.id <> u.id
  WHERE u.place IS NOT NULL`;
