/**
 * Structured lines: one JSON object a line, always through the redactor. Messages are short and
 * constant; what varies goes into fields.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields. */
  with(fields: LogFields): Log;
}

/** `error` may be any thrown value: its stack is kept in the log, and nowhere else. */
export type LogFields = Readonly<Record<string, unknown>>;
