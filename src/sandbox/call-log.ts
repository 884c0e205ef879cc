import { CODE_LIMITS } from '../base/index.ts';
import type { CodeRequest, LogLine } from '../contract/index.ts';
import { LINES_DROPPED } from './protocol.ts';

/** For the line that tells how many lines were dropped. */
const NOTICE_BYTES = 100;

/**
 * The lines of one call, told as they come. A process keeps to CODE_LIMITS by itself and says what
 * it dropped in a last line; whatever comes beyond is from one that cannot be trusted, and is
 * dropped here.
 */
export class CallLog {
  readonly #tell: CodeRequest['log'];
  readonly #lines: LogLine[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(tell: CodeRequest['log']) {
    this.#tell = tell;
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** True when the limits cut the log short, by the last line's own word or here. */
  get isCut(): boolean {
    const last = this.#lines.at(-1);
    return this.#dropped > 0 || (last?.level === 'warn' && LINES_DROPPED.test(last.message));
  }

  add(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const bytes = Buffer.byteLength(line.message);
      const isFull = this.#lines.length > CODE_LIMITS.logLines;
      if (isFull || this.#bytes + bytes > CODE_LIMITS.logBytes + NOTICE_BYTES) {
        this.#dropped += 1;
      } else {
        this.#keep(line);
        this.#bytes += bytes;
      }
    }
  }

  /** The call is over: tells how many lines were dropped here. */
  end(): void {
    if (this.#dropped === 0) return;
    const lines = this.#dropped === 1 ? 'line' : 'lines';
    this.#keep({ level: 'warn', message: `… ${this.#dropped} more ${lines} dropped` });
  }

  #keep(line: LogLine): void {
    this.#lines.push(line);
    this.#tell?.(line.level, line.message);
  }
}
