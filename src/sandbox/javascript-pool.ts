import { CODE_LIMITS, type Value } from '../base/index.ts';
import { type CodeRunner, codeRunner } from './code-runner.ts';
import { launchNode } from './launch.ts';

export interface JavascriptPoolOptions {
  /** The bundle of javascript-worker.ts. */
  readonly workerFile: string | URL;
  /** Processes at most; the first starts with the first call. Default CODE_LIMITS.workers. */
  readonly workers?: number;
  /** For calls that set none; default CODE_LIMITS.timeoutMs. */
  readonly timeoutMs?: number;
}

/**
 * JavaScript in processes of its own (docs/decisions/0004-quickjs-pool.md). `run` is what the
 * `code` capability needs: `{ javascript: pool.run }`.
 */
export function javascriptPool(options: JavascriptPoolOptions): CodeRunner {
  const launch = launchNode(options.workerFile);
  return codeRunner(
    { launch, namesUsed },
    {
      workers: options.workers ?? CODE_LIMITS.workers,
      timeoutMs: options.timeoutMs ?? CODE_LIMITS.timeoutMs,
    },
  );
}

/**
 * The names that the code can reach, so that large values it never mentions are not sent: those
 * whose text occurs in it, or all where it names `context`, which holds them all, or writes an
 * identifier with an escape. Code cannot make names from text: `eval` and its kind are refused.
 */
export function namesUsed(code: string, names: Readonly<Record<string, Value>>): readonly string[] {
  const all = Object.keys(names);
  if (code.includes('context') || code.includes('\\u')) return all;
  return all.filter((name) => code.includes(name));
}
