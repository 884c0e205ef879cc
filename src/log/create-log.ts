import { pino } from 'pino';
import type { Clock } from '../base/index.ts';
import { redactor } from '../guard/index.ts';
import type { LogDestination } from './destination.ts';
import { inert } from './inert.ts';
import type { Log, LogFields } from './log.ts';
import { spokenLine } from './spoken-line.ts';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly destination: LogDestination;
  /** What must not stand in any line, such as the secrets of `requireServerSettings`. */
  readonly secrets: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  /** `json`: one object a line, for programs. `spoken`: short lines for a person at a terminal. */
  readonly form: 'json' | 'spoken';
  /** On a terminal that shows colours. */
  readonly hasColour?: boolean;
}

/**
 * The log of a process. A line is one JSON object with `level`, `time` (ISO 8601, UTC), `message`
 * and the fields, without secrets and personal data, and never broken by what a field holds (claims
 * G2.114, G4.239, G5.282; CWE-117). Never throws: what cannot be written is dropped, because a full
 * disk must not end the work that the line tells of.
 */
export function createLog(options: LogOptions): Log {
  const { level, destination, clock, form, hasColour = false } = options;
  const { text, value } = redactor({ secrets: options.secrets });
  const write = (line: string) => {
    try {
      const safe = inert(line);
      destination.write(form === 'json' ? safe : spokenLine(safe, hasColour));
    } catch {
      // The only place to tell of it would be the log.
    }
  };
  const lines = pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (name) => ({ level: name }) },
    },
    { write },
  );
  const clean = (fields: LogFields) => withoutReserved(value(fields));
  const logWith = (bound: LogFields): Log => {
    const at = (name: LogOptions['level']) => (message: string, fields?: LogFields) => {
      if (!lines.isLevelEnabled(name)) return;
      lines[name]({
        message: text(message),
        ...bound,
        ...(fields === undefined ? {} : clean(fields)),
      });
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      with: (fields) => logWith({ ...bound, ...clean(fields) }),
    };
  };
  return logWith({});
}

const RESERVED = new Set(['level', 'time', 'message']);

/** A field named `level` would be a second one, and readers of JSON take the last. */
function withoutReserved(fields: unknown): LogFields {
  // What is no object, because it could not be read, is told as one field.
  if (typeof fields !== 'object' || fields === null) return { fields };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]),
  );
}
