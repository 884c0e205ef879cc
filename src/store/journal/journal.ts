import type { Pool } from 'pg';
import { type ExecutionId, STORE_LIMITS } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { JournalStore, JournalUnit } from '../journal-store.ts';
import { type OutageLimits, throughOutage } from '../outage.ts';
import { type Lane, openLane } from './lane.ts';
import { appendStatement, createStatement, type Statement } from './statement.ts';
import { checkUnit, type PendingUnit } from './unit.ts';

export interface Journal extends JournalStore {
  /** Resolves when all that was given is settled; nothing more is taken. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly pool: Pool;
  /** Called after executions were left queued. */
  readonly announce: () => void;
  readonly outageMs?: number;
}

/**
 * Writes units in groups over two lanes, one for new executions and one for those that go on, so
 * that each lane has one statement and one commit at a time. A unit waits until the one before of
 * its execution is settled, which keeps their order.
 */
export function openJournal({ pool, announce, outageMs }: JournalOptions): Journal {
  const closing: { until: number | undefined } = { until: undefined };
  const limits: OutageLimits = { outageMs: outageMs ?? STORE_LIMITS.outageMs, closing };
  const run = (statement: Statement) => throughOutage(() => placesOf(pool, statement), limits);
  const ask = <Row extends object>(text: string, values: readonly string[]) =>
    throughOutage(async () => {
      const { rows } = await pool.query<Row>({ text, values: [...values], ...STATEMENT_TIME });
      return rows;
    }, limits);
  const lane = (statementOf: (units: readonly JournalUnit[]) => Statement): Lane =>
    openLane({ statementOf, run, ask, announce });
  const [creates, appends] = [lane(createStatement), lane(appendStatement)];
  /** For each execution with a unit under way: those that follow it. */
  const following = new Map<ExecutionId, PendingUnit[]>();
  const idle: (() => void)[] = [];

  const send = (pending: PendingUnit) =>
    (pending.unit.header === undefined ? appends : creates).add(pending);

  const settled = (execution: ExecutionId) => {
    const next = following.get(execution)?.shift();
    if (next !== undefined) send(next);
    else following.delete(execution);
    if (following.size === 0) for (const tell of idle.splice(0)) tell();
  };

  return {
    write: (unit) =>
      new Promise((resolve, reject) => {
        const size = checkUnit(unit);
        const why = whyRefused(unit, { isClosing: closing.until !== undefined, creates });
        if (why !== undefined) throw why;
        const pending: PendingUnit = {
          unit,
          size,
          resolve: () => {
            resolve();
            settled(unit.execution);
          },
          reject: (error) => {
            reject(error);
            settled(unit.execution);
          },
        };
        const queue = following.get(unit.execution);
        if (queue !== undefined) {
          queue.push(pending);
          return;
        }
        following.set(unit.execution, []);
        send(pending);
      }),
    close: async () => {
      closing.until ??= performance.now() + STORE_LIMITS.closeMs;
      if (following.size > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

/**
 * New executions are refused when too many wait; those that are there are bounded by their slots.
 */
function whyRefused(
  { header }: JournalUnit,
  { isClosing, creates }: { readonly isClosing: boolean; readonly creates: Lane },
): AppError | undefined {
  if (isClosing) return new AppError('STORE_UNAVAILABLE', { message: 'the store is closed' });
  if (header === undefined || creates.waiting() < STORE_LIMITS.queuedUnits) return undefined;
  return new AppError('STORE_UNAVAILABLE', {
    message: `${STORE_LIMITS.queuedUnits} executions wait to be written already`,
  });
}

async function placesOf(pool: Pool, { name, text, values }: Statement): Promise<readonly number[]> {
  const { rows } = await pool.query<{ readonly place: number }>({
    name,
    text,
    values: [...values],
    ...STATEMENT_TIME,
  });
  return rows.map(({ place }) => place);
}

/** pg reads it of a query too, though its types name it for connections only. */
const STATEMENT_TIME = { query_timeout: STORE_LIMITS.statementMs };
