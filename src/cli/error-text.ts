import { formatDuration } from '../base/index.ts';
import type { Problem } from '../contract/index.ts';
import { ERROR_CATALOGUE, type ErrorCode, type ErrorReport, reportOf } from '../errors/index.ts';
import type { InputProblem } from './local.ts';
import { excerpt, placeText, problemText } from './problem-text.ts';
import { printable, printableLine, styled, type Terminal, tellDocument } from './terminal.ts';

/** What is wrong with a flow, or with an input of it. */
export type AnyProblem = Problem | InputProblem;

/** Problems of one error that are shown; the rest is counted. */
const PROBLEMS_SHOWN = 100;

/**
 * How a command ends when it could not do its work: the error, with every problem that it carries,
 * on standard error, or as the one document.
 */
export function tellError(terminal: Terminal, thrown: unknown, options: TellOptions): void {
  const error = reportOf(thrown);
  if (options.json) {
    const status = ERROR_CATALOGUE[error.code].exit === 2 ? 'refused' : 'failed';
    tellDocument(terminal, { status, ...(options.ofRun ? NOTHING_RAN : {}), error });
    return;
  }
  // One problem alone may be the whole error; then it is told once.
  const problems = problemsOf(error).filter(
    ({ code, message }) => code !== error.code || message !== error.message,
  );
  for (const problem of problems.slice(0, PROBLEMS_SHOWN)) {
    terminal.err(`${anyProblemText(terminal, problem)}\n`);
  }
  const label = styled(terminal, 'red', 'error');
  // The code stands behind the sentence that it names, before the lines that a list adds.
  const [first = '', ...more] = printable(error.message).split('\n');
  const colon = more.length > 0 && first.endsWith(':') ? ':' : '';
  const sentence = first.slice(0, first.length - colon.length);
  const head = `${label}: ${sentence} [${error.code}]${colon}`;
  terminal.err(`${[head, ...more].join('\n')}\n`);
  if (error.place !== undefined) {
    const lines = [`  at ${placeText(error.place)}`, ...excerpt(terminal, error.place)];
    terminal.err(`${lines.join('\n')}\n`);
  }
  terminal.err(`  ${printable(remedyHere(error))}\n`);
  const requestId = error.details?.requestId;
  if (error.code === 'INTERNAL' && typeof requestId === 'string') {
    terminal.err(`  The server's log says more under the request ${printableLine(requestId)}.\n`);
  }
}

/** What helps in a terminal, where nobody sees or sends headers. */
function remedyHere({ code, remedy, details }: ErrorReport): string {
  if (remedy !== ERROR_CATALOGUE[code].remedy) return remedy;
  if (code === 'UNAUTHENTICATED') {
    return 'Give another key: sluice login, SLUICE_API_KEY, --key-file, or the .env of this folder.';
  }
  const waitMs = details?.retryAfterMs;
  if (code !== 'RATE_LIMITED' || typeof waitMs !== 'number') return remedy;
  return `Wait ${formatDuration(Math.max(1, Math.ceil(waitMs / 1_000)) * 1_000)}, and try again.`;
}

export interface TellOptions {
  readonly json: boolean;
  /** The document has the shape of a run's. */
  readonly ofRun?: boolean;
}

const NOTHING_RAN = { outputs: {}, steps: [] };

/** A problem of a flow with its place, or of an input. */
export function anyProblemText(terminal: Terminal, problem: AnyProblem): string {
  if ('line' in problem) return problemText(terminal, problem);
  const label = styled(terminal, 'red', 'error');
  return `${label}: ${printable(problem.message)} [${problem.code}]\n  ${printable(problem.remedy)}\n`;
}

/**
 * The problems that an error of the server carries in its details. Whatever else stands there is
 * left out: details are data from elsewhere.
 */
export function problemsOf(error: ErrorReport): readonly AnyProblem[] {
  const listed = error.details?.problems;
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((item: unknown) => {
    const problem = readProblem(item);
    return problem === undefined ? [] : [problem];
  });
}

function readProblem(data: unknown): AnyProblem | undefined {
  const { code, message, remedy, severity, place, input } = membersOf(data);
  if (!isCode(code) || typeof message !== 'string' || typeof remedy !== 'string') return undefined;
  const head = { code, message, remedy };
  const { file, line, column, path, sourceLine } = membersOf(place ?? data);
  if (typeof line !== 'number' || typeof column !== 'number') {
    return { ...head, input: typeof input === 'string' ? input : '' };
  }
  return {
    ...head,
    severity: severity === 'warning' ? 'warning' : 'error',
    ...(typeof file === 'string' ? { file } : {}),
    line,
    column,
    path: typeof path === 'string' ? path : '',
    sourceLine: typeof sourceLine === 'string' ? sourceLine : '',
  };
}

function membersOf(data: unknown): Readonly<Record<string, unknown>> {
  // A non-null object can be asked for any name; each member is checked before it is used.
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CATALOGUE, code);
}
