import type { LogLine } from '../contract/index.ts';
import { printableLine, type Terminal } from './terminal.ts';

/** A line of the log of a step, with the visit that wrote it. */
export interface StepLogLine extends LogLine {
  readonly node: string;
  readonly path: string;
}

const CHARACTERS_SHOWN = 1_000;

/** Shows what nodes logged, a line each. */
export function tellLogs(terminal: Terminal, logs: readonly StepLogLine[]): void {
  if (logs.length === 0) terminal.out('\nno node logged anything\n');
  else terminal.out('\n');
  for (const { level, node, path, message } of logs) {
    const where = printableLine(path === '' ? node : `${node}[${path}]`);
    const shown = printableLine(message, CHARACTERS_SHOWN);
    terminal.out(`${level.padEnd(5)} ${where}: ${shown}\n`);
  }
}
