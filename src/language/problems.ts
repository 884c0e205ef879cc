import { FLOW_TEXT_LIMITS } from '../base/index.ts';
import type { Problem } from '../contract/index.ts';
import { ERROR_CATALOGUE, type ErrorCode, type Place } from '../errors/index.ts';

/**
 * One finding, before it becomes a Problem; the remedy is the catalogue's unless it has a better
 * one.
 */
export interface Finding {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: Place;
  /** A function where it takes work: it is called only for a problem that is shown. */
  readonly remedy?: string | undefined | (() => string | undefined);
  readonly severity?: 'error' | 'warning' | undefined;
}

/** Collects what is wrong with one flow. Adding is constant time; the list is bounded. */
export interface ProblemList {
  add(finding: Finding): void;
  /** True once a problem of severity error was added. */
  hasErrors(): boolean;
  /** By line and column, errors and warnings together; at most FLOW_TEXT_LIMITS.problems. */
  sorted(): readonly Problem[];
}

// Aliases and repeated mistakes can find the same thing often; what is kept before sorting is
// bounded too, so that a hostile file cannot fill the memory with findings.
const KEPT = FLOW_TEXT_LIMITS.problems * 50;

/** An empty list of problems. */
export function problemList(): ProblemList {
  const found: Finding[] = [];
  const seen = new Set<string>();
  let errors = 0;
  return {
    add(finding) {
      if (finding.severity !== 'warning') errors += 1;
      if (found.length >= KEPT) return;
      const { code, message, place } = finding;
      const key = `${code} ${place.line}:${place.column} ${message}`;
      if (seen.has(key)) return;
      seen.add(key);
      found.push(finding);
    },
    hasErrors: () => errors > 0,
    sorted: () => mostTelling(found).map(problemOf),
  };
}

function problemOf({ code, message, place, remedy, severity }: Finding): Problem {
  return {
    severity: severity ?? 'error',
    code,
    message,
    remedy: (typeof remedy === 'function' ? remedy() : remedy) ?? ERROR_CATALOGUE[code].remedy,
    ...(place.file === undefined ? {} : { file: place.file }),
    line: place.line,
    column: place.column,
    path: place.path ?? '',
    sourceLine: place.sourceLine ?? '',
  };
}

// Where the list is cut, warnings go first: an error must never be hidden behind them.
function mostTelling(findings: readonly Finding[]): readonly Finding[] {
  const byPlace = ({ place: left }: Finding, { place: right }: Finding) =>
    left.line - right.line || left.column - right.column;
  const isWarning = ({ severity }: Finding) => severity === 'warning';
  const errors = findings.filter((finding) => !isWarning(finding)).sort(byPlace);
  const warnings = findings.filter(isWarning).sort(byPlace);
  return [...errors, ...warnings].slice(0, FLOW_TEXT_LIMITS.problems).sort(byPlace);
}
