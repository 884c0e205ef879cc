import { CLIENT_LIMITS, formatSize } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import { errorAnswer } from '../routes/index.ts';
import type { TransportAnswer } from './transport.ts';

/** The whole text of an answer; SERVER_ANSWER when it is longer than CLIENT_LIMITS allows. */
export async function readText(
  answer: TransportAnswer,
  charactersMax: number = CLIENT_LIMITS.answerCharacters,
): Promise<string> {
  const pieces: string[] = [];
  let characters = 0;
  for await (const piece of answer.stream()) {
    characters += piece.length;
    if (characters > charactersMax) {
      const message = `the server's answer is longer than ${formatSize(charactersMax)}`;
      throw new AppError('SERVER_ANSWER', { message, remedy: 'Ask for less.', retryable: false });
    }
    pieces.push(piece);
  }
  return pieces.join('');
}

/** JSON, or SERVER_ANSWER with what was expected of the server at `origin`. */
export function readJson(text: string, origin: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notUnderstood(`the server at ${origin} gave an answer that is not JSON`, cause);
  }
}

/**
 * The error that an answer of status 300 or more stands for: the server's own where the body is one
 * of ours, else SERVER_ANSWER; what a proxy wrote is not repeated.
 */
export function errorOf(answer: TransportAnswer, text: string, origin: string): AppError {
  const ours = errorAnswer.safeParse(parsedOrUndefined(text));
  if (!ours.success) {
    const { status } = answer;
    const what = status === 0 || status < 400 ? 'a redirect' : `status ${status}`;
    const message = `the server at ${origin} answered with ${what} and no error of ours`;
    const isPassing = status === 429 || status >= 500;
    return new AppError('SERVER_ANSWER', { message, retryable: isPassing, details: { status } });
  }
  const { code, message, remedy, place, details, requestId } = ours.data.error;
  return new AppError(code, {
    message,
    remedy,
    details: { ...details, requestId },
    retryable: answer.status === 429 || answer.status >= 500,
    ...(place === undefined ? {} : { place: withoutUndefined(place) }),
  });
}

/** SERVER_ANSWER: what came is not what the route says. */
export function notUnderstood(message: string, cause?: unknown): AppError {
  return new AppError('SERVER_ANSWER', { message, cause, retryable: false });
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not one of our errors; the caller says so.
    return undefined;
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(record: T): Defined<T> {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined);
  // Entries without undefined values: what is left of each type is its defined part.
  return Object.fromEntries(kept) as Defined<T>;
}
