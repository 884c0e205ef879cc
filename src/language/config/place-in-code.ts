import type { Place } from '../../errors/index.ts';
import type { ConfigPart, PlanConfig } from '../plan.ts';
import { placeInFile } from '../text/index.ts';

/** A place inside a piece of code, from 1. */
export interface CodePlace {
  readonly line: number;
  readonly column: number;
}

/**
 * The place in the file of a place inside the code of a node; undefined where the config holds no
 * code. `at` may be anything, such as the details of an error that code threw.
 */
export function placeInCode(config: PlanConfig, at: unknown): Place | undefined {
  if (!isCodePlace(at)) return undefined;
  for (const part of Object.values<ConfigPart>(config)) {
    if (part.kind !== 'value' || part.origin === undefined) continue;
    return placeInFile(part.origin, String(part.value), at);
  }
  return undefined;
}

function isCodePlace(at: unknown): at is CodePlace {
  if (typeof at !== 'object' || at === null || !('line' in at) || !('column' in at)) return false;
  return Number.isInteger(at.line) && Number.isInteger(at.column);
}
