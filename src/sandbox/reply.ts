import type { LogLine } from '../contract/index.ts';
import { type CodePlace, FAILURES, type FailureReason, READY, type Reply } from './protocol.ts';

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies LogLine['level'][];

/**
 * Checks what a process sent, as if hostile code had taken it over: the exact shapes of the
 * protocol or undefined, and never an object that was parsed from its bytes.
 */
export function readReply(header: unknown): Reply | typeof READY | undefined {
  if (!isRecord(header)) return undefined;
  if (header.kind === READY.kind) return READY;
  const { kind, sequence, retire } = header;
  const logs = readLogs(header.logs);
  if (typeof sequence !== 'number' || typeof retire !== 'boolean' || logs === undefined) {
    return undefined;
  }
  if (kind === 'value') return { kind, sequence, retire, logs };
  const { message, stack } = header;
  const reason = FAILURES.find((known) => known === header.reason);
  if (kind !== 'failure' || reason === undefined || typeof message !== 'string') return undefined;
  return { kind, sequence, retire, logs, ...readFailure({ reason, message, stack }, header.place) };
}

function readFailure(
  failure: { readonly reason: FailureReason; readonly message: string; readonly stack: unknown },
  place: unknown,
) {
  const { reason, message, stack } = failure;
  return {
    reason,
    message,
    ...(typeof stack === 'string' ? { stack } : {}),
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
