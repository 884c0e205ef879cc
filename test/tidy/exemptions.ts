import type { Exemption } from './shape.ts';

/**
 * Every file that may exceed a limit of shape.ts, sorted by path. The numbers only ever go down.
 */
export const EXEMPTIONS: readonly Exemption[] = [
  {
    path: 'src/engine/failure.ts',
    measure: 'exports',
    max: 8,
    reason: 'every way in which an execution ends early, side by side',
  },
  {
    path: 'src/language/expression/library/parameters.ts',
    measure: 'exports',
    max: 8,
    reason: 'one reader for each kind of argument',
  },
  {
    path: 'src/language/expression/syntax/token-stream.ts',
    measure: 'exports',
    max: 8,
    reason: 'the verbs of one cursor',
  },
  {
    path: 'src/language/expression/values/kinds.ts',
    measure: 'exports',
    max: 10,
    reason: 'one test for each kind of value',
  },
  {
    path: 'src/language/flow/format.ts',
    measure: 'exports',
    max: 9,
    reason: 'a table of keys for each part of the format',
  },
];
