import { ENGINE_LIMITS } from '../base/index.ts';
import type { LogLine, StepEvent } from '../contract/index.ts';

/**
 * What all attempts at one visit say, for its record: lines of log, and events of capabilities. The
 * first of both are kept, within limits; how many there was no room for is the end of the log.
 */
export class VisitNotes {
  readonly #logs: LogLine[] = [];
  /** Made for the first one: most visits have none. */
  #events: StepEvent[] | undefined;
  #linesDropped = 0;
  #eventsDropped = 0;

  log(line: LogLine): void {
    if (this.#logs.length < ENGINE_LIMITS.logLinesAStep) this.#logs.push(line);
    else this.#linesDropped += 1;
  }

  report(event: StepEvent): void {
    this.#events ??= [];
    if (this.#events.length < ENGINE_LIMITS.eventsAStep) this.#events.push(event);
    else this.#eventsDropped += 1;
  }

  /** Undefined where there is none. */
  get logs(): readonly LogLine[] | undefined {
    const logs = this.#logs;
    if (this.#linesDropped === 0 && this.#eventsDropped === 0) {
      return logs.length === 0 ? undefined : logs;
    }
    const [lines, events] = [this.#linesDropped, this.#eventsDropped];
    return [...logs, ...tellDropped('line', lines), ...tellDropped('event', events)];
  }

  /** Undefined where there is none. */
  get events(): readonly StepEvent[] | undefined {
    return this.#events;
  }
}

function tellDropped(what: string, count: number): readonly LogLine[] {
  if (count === 0) return [];
  const many = count === 1 ? `1 more ${what} was` : `${count} more ${what}s were`;
  return [{ level: 'warn', message: `${many} dropped` }];
}
