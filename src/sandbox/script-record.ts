import type { CodeRequest, CodeResult, ScriptEvent } from '../contract/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { asAppError } from '../errors/index.ts';
import { limitOf } from './failure.ts';

/** What becomes known during one call, for the event at its end. */
export interface ScriptRecord {
  readonly language: ScriptEvent['language'];
  level?: NonNullable<ScriptEvent['level']>;
  jail: ScriptEvent['jail'];
  /** From handing the job over until the answer. */
  ranMs: number;
  isLogCut: boolean;
}

/** Does the work of one call and tells its event once, before whoever called goes on. */
export async function reported(
  request: Pick<CodeRequest, 'code' | 'report'>,
  record: ScriptRecord,
  work: () => Promise<CodeResult>,
): Promise<CodeResult> {
  let outcome: ScriptEvent['outcome'] = 'completed';
  let limit: ScriptEvent['limit'];
  try {
    return await work();
  } catch (thrown) {
    const error = asAppError(thrown);
    outcome = error.code;
    limit = limitOf(error);
    throw error;
  } finally {
    const { language, level, jail, ranMs, isLogCut } = record;
    limit ??= isLogCut ? 'log' : undefined;
    request.report({
      kind: 'script',
      language,
      ...(level === undefined ? {} : { level }),
      codeHash: sha256Hex(request.code),
      outcome,
      ...(limit === undefined ? {} : { limit }),
      durationMs: Math.round(ranMs * 1_000) / 1_000,
      jail,
    });
  }
}
