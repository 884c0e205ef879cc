import { CODE_LIMITS } from '../base/index.ts';
import type { LogLine } from '../contract/index.ts';
import type { Frame } from './frames.ts';
import {
  type CodePlace,
  FAILURES,
  type FailureReason,
  type FinalReply,
  READY,
  type Reply,
} from './protocol.ts';

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies LogLine['level'][];

/** Room for an error's name, its message and what stands around them. */
const TEXT_CHARACTERS = 3 * CODE_LIMITS.errorText;
/** The note of a frame that others of the same job follow. */
const MORE = 1;

/**
 * Checks what a process sent, as if hostile code had taken it over: the exact shapes of the
 * protocol or undefined, and never an object that was parsed from its bytes.
 */
export function readReply(frame: Frame): Reply | typeof READY | undefined {
  const { header, sequence, note, body } = frame;
  if (!isRecord(header) || (header.kind !== 'value' && body.length > 0)) return undefined;
  if (header.kind === READY.kind) return sequence === 0 && note === 0 ? READY : undefined;
  const logs = readLogs(header.logs);
  if (logs === undefined || note !== (header.kind === 'logs' ? MORE : 0)) return undefined;
  return header.kind === 'logs' ? { kind: 'logs', logs } : readFinal(header, logs);
}

function readFinal(
  header: Readonly<Record<string, unknown>>,
  logs: readonly LogLine[],
): FinalReply | undefined {
  const { kind, retire, message, stack } = header;
  if (typeof retire !== 'boolean') return undefined;
  if (kind === 'value') return { kind, retire, logs };
  const reason = FAILURES.find((known) => known === header.reason);
  if (kind !== 'failure' || reason === undefined || typeof message !== 'string') return undefined;
  return { kind, retire, logs, ...readFailure({ reason, message, stack }, header.place) };
}

function readFailure(
  failure: { readonly reason: FailureReason; readonly message: string; readonly stack: unknown },
  place: unknown,
) {
  const { reason, message, stack } = failure;
  return {
    reason,
    message: message.slice(0, TEXT_CHARACTERS),
    ...(typeof stack === 'string' ? { stack: stack.slice(0, TEXT_CHARACTERS) } : {}),
    ...(isPlace(place) ? { place: { line: place.line, column: place.column } } : {}),
  };
}

function readLogs(logs: unknown): readonly LogLine[] | undefined {
  if (!Array.isArray(logs)) return undefined;
  const lines: LogLine[] = [];
  for (const line of logs as readonly unknown[]) {
    if (!isRecord(line) || !isLevel(line.level) || typeof line.message !== 'string') {
      return undefined;
    }
    lines.push({ level: line.level, message: line.message });
  }
  return lines;
}

function isLevel(level: unknown): level is LogLine['level'] {
  return typeof level === 'string' && LEVELS.includes(level);
}

function isPlace(place: unknown): place is CodePlace {
  return isRecord(place) && isCount(place.line) && isCount(place.column);
}

function isCount(count: unknown): count is number {
  return Number.isSafeInteger(count) && (count as number) >= 1;
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
