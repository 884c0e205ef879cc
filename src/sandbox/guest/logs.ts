import { CODE_LIMITS } from '../../base/index.ts';
import type { LogLine } from '../../contract/index.ts';

/**
 * Reads what the prelude kept of the logs, `[dropped, [[level, message], ...]]`, and cuts it to
 * CODE_LIMITS.logBytes of UTF-8: inside, only characters could be counted.
 */
export function readLogs(text: string): readonly LogLine[] {
  // Written by the prelude's closure, whose text no code can reach; the server checks it once more.
  const [droppedInside, kept] = JSON.parse(text) as readonly [
    number,
    readonly (readonly [LogLine['level'], string])[],
  ];
  const lines: LogLine[] = [];
  let bytesLeft: number = CODE_LIMITS.logBytes;
  for (const [level, message] of kept) {
    if (bytesLeft <= 0) break;
    const bytes = Buffer.byteLength(message);
    lines.push({ level, message: bytes <= bytesLeft ? message : cut(message, bytesLeft) });
    bytesLeft -= bytes + 1;
  }
  const dropped = droppedInside + kept.length - lines.length;
  if (dropped === 0) return lines;
  const message = `… ${dropped} more ${dropped === 1 ? 'line' : 'lines'} dropped`;
  return [...lines, { level: 'warn', message }];
}

/** The longest beginning of whole characters within `bytes` of UTF-8. */
function cut(text: string, bytes: number): string {
  return Buffer.from(text)
    .subarray(0, bytes)
    .toString()
    .replace(/\ufffd+$/, '');
}
