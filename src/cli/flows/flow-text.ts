import type { Problem } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { problemsOf } from '../error-text.ts';
import { countText } from '../problem-text.ts';

/** A flow's text from a file, `-` for standard input. Errors: FILE_NOT_FOUND, FLOW_NOT_TEXT. */
export async function readFlowText(
  context: CommandContext,
  path: string,
): Promise<{ readonly file: string; readonly source: string }> {
  const { file, bytes } = await context.local.readText(path);
  try {
    return { file, source: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (cause) {
    throw new AppError('FLOW_NOT_TEXT', { message: `${file} is not UTF-8 text`, cause });
  }
}

/** Problems as the server tells them, as those of the file that was sent. */
export function toProblems(told: readonly unknown[], file: string): readonly Problem[] {
  const details = { problems: told };
  return problemsOf({ code: 'FLOW_INVALID', message: '', remedy: '', details }).flatMap(
    (problem) => ('line' in problem ? [{ ...problem, file }] : []),
  );
}

/** An error of the server whose problems name the file that was sent. */
export function withFile(thrown: unknown, file: string): unknown {
  if (!(thrown instanceof AppError) || !Array.isArray(thrown.details?.problems)) return thrown;
  const problems = toProblems(thrown.details.problems, file);
  if (problems.length === 0) return thrown;
  const { code, message, remedy, cause } = thrown;
  return new AppError(code, { message, remedy, cause, details: { ...thrown.details, problems } });
}

/** `2 errors, 1 warning`, or that there are none. */
export function countProblems(problems: readonly Problem[]): string {
  return problems.length === 0 ? 'no problem was told' : countText(problems);
}
