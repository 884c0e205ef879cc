import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { printableLine } from '../terminal.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ID_PREFIX = /^[0-9a-f]{4}[0-9a-f-]{0,31}$/i;
/** The newest executions, among which the beginning of an id is looked for. */
const RECENT = 200;

/**
 * The id of the execution that a person means: an id, or the beginning of one of the newest.
 * Errors: EXECUTION_NOT_FOUND, NAME_AMBIGUOUS, and those of the client. A whole id is not looked up
 * here.
 */
export async function findExecutionId(
  client: Client,
  text: string,
  signal: AbortSignal,
): Promise<string> {
  if (UUID.test(text)) return text.toLowerCase();
  const shown = printableLine(text, 60);
  if (!ID_PREFIX.test(text)) {
    throw new AppError('EXECUTION_NOT_FOUND', {
      message: `${shown} is no id of an execution`,
      remedy: 'sluice executions list shows the ids.',
    });
  }
  const { items } = await client.listExecutions({ query: { limit: RECENT }, signal });
  const fitting = items.filter(({ id }) => id.startsWith(text.toLowerCase()));
  const [only] = fitting;
  if (only === undefined) {
    throw new AppError('EXECUTION_NOT_FOUND', {
      message: `none of the newest ${RECENT} executions has an id that begins with ${shown}`,
      remedy: 'Give the whole id; sluice executions list shows it.',
    });
  }
  if (fitting.length === 1) return only.id;
  throw new AppError('NAME_AMBIGUOUS', {
    message: `${fitting.length} executions have an id that begins with ${shown}`,
    remedy: 'Give more of the id; those of one moment begin alike.',
  });
}
