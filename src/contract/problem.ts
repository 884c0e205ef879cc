import type { ErrorCode } from '../errors/index.ts';

/**
 * One thing wrong with a flow's text. Line and column count from 1; column counts UTF-16 units.
 * `error` keeps the flow from running, `warning` does not.
 */
export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode;
  /** What is wrong, naming the thing. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly file?: string;
  readonly line: number;
  readonly column: number;
  /**
   * The path in the document: `nodes.fetch.config.url`, `nodes.a.depends_on[0]`; '' is the
   * document.
   */
  readonly path: string;
  /** The offending line as written, without its line break; cut at 200 characters. */
  readonly sourceLine: string;
}
