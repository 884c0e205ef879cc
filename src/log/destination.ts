import { LOG_LIMITS } from '../base/index.ts';

/** Takes whole lines, each with its line break; may throw. */
export interface LogDestination {
  write(line: string): void;
}

/** The part of a writable stream that is used, such as `process.stderr`. */
export interface LogStream {
  readonly writableLength: number;
  write(text: string): boolean;
}

/**
 * Lines to a stream whose reader may be slow: up to LOG_LIMITS.bufferedBytes wait in memory, what
 * comes then is dropped and counted, and the count is the first line that is written again.
 */
export function streamDestination(stream: LogStream): LogDestination {
  let dropped = 0;
  return {
    write: (line) => {
      if (stream.writableLength > LOG_LIMITS.bufferedBytes) {
        dropped += 1;
        return;
      }
      if (dropped > 0) {
        const count = dropped;
        dropped = 0;
        stream.write(
          `{"level":"warn","message":"lines of the log were dropped","lines":${count}}\n`,
        );
      }
      stream.write(line);
    },
  };
}
