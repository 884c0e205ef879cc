import { FLOW_TEXT_LIMITS } from '../base/index.ts';
import type { Problem } from '../contract/index.ts';
import type { Place } from '../errors/index.ts';
import { printable, printableLine, styled, type Terminal } from './terminal.ts';

/**
 * A problem as a person reads it: place and message, the offending line with a mark, the remedy.
 */
export function problemText(terminal: Terminal, problem: Problem): string {
  const label =
    problem.severity === 'error'
      ? styled(terminal, 'red', 'error')
      : styled(terminal, 'yellow', 'warning');
  const head = `${placeText(problem)}: ${label}: ${printable(problem.message)} [${problem.code}]`;
  return [head, ...excerpt(terminal, problem), `  ${printable(problem.remedy)}`, ''].join('\n');
}

/** `flow.yaml:12:7`, or `line 12, column 7` where the file has no name. */
export function placeText(place: Place): string {
  if (place.file === undefined) return `line ${place.line}, column ${place.column}`;
  return `${printableLine(place.file)}:${place.line}:${place.column}`;
}

/** The line of the flow with a mark under the column; empty where the line is not known. */
export function excerpt(terminal: Terminal, place: Place): string[] {
  if (place.sourceLine === undefined || place.sourceLine.trim() === '') return [];
  const number = String(place.line);
  const gutter = ' '.repeat(number.length);
  const before = place.sourceLine.slice(0, Math.max(0, place.column - 1));
  const mark = `${' '.repeat(printable(before).replace(/\t/g, ' ').length)}^`;
  return [
    `  ${styled(terminal, 'dim', `${number} |`)} ${printable(place.sourceLine).replace(/\t/g, ' ')}`,
    `  ${styled(terminal, 'dim', `${gutter} |`)} ${styled(terminal, 'red', mark)}`,
  ];
}

/** `2 errors, 1 warning`. */
export function countText(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  const parts = [];
  if (errors > 0) parts.push(`${errors} error${errors === 1 ? '' : 's'}`);
  if (warnings > 0) parts.push(`${warnings} warning${warnings === 1 ? '' : 's'}`);
  const more = problems.length >= FLOW_TEXT_LIMITS.problems ? ', and there may be more' : '';
  return `${parts.join(', ')}${more}`;
}
