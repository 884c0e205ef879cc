import { formatDuration } from '../base/index.ts';
import type { ExecutionEvent, StepRecord, StepStatus, StepWait } from '../contract/index.ts';
import { printableLine, styled, type Terminal } from './terminal.ts';

/** Visits of one node, added up: a node of a region has one line, not one for each item. */
export interface NodeProgress {
  readonly node: string;
  readonly inRegion: boolean;
  readonly running: number;
  /** Visits that have their result and wait for a time (semantics 7). */
  readonly waiting: number;
  readonly ended: Readonly<Record<StepStatus, number>>;
  /** The first start and, once nothing runs, the last end; milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attempts: number;
}

/** Adds events up by node, in the order in which nodes first showed themselves. */
export class ProgressTable {
  readonly #rows = new Map<string, NodeProgress>();
  /** Visits that wait, by node and path. */
  readonly #waiting = new Set<string>();

  get rows(): readonly NodeProgress[] {
    return [...this.#rows.values()];
  }

  row(node: string): NodeProgress | undefined {
    return this.#rows.get(node);
  }

  /** The row that the event changed, if it changed one. */
  take(event: ExecutionEvent): NodeProgress | undefined {
    if (event.kind === 'step.started') return this.#started(event.node, event.path, event);
    if (event.kind === 'step.ended') return this.#ended(event.step);
    if (event.kind === 'step.waiting') return this.#waits(event.wait);
    // What ran when a segment came to its end starts again in the next, and says so.
    if (event.kind === 'execution.resumed') this.#stopAll();
    return undefined;
  }

  #started(node: string, path: string, event: { at: number; attempt: number }): NodeProgress {
    const row = this.#rowOf(node, path, event.at);
    if (event.attempt > 1) return row;
    return this.#keep({ ...row, running: row.running + 1 });
  }

  #waits(wait: StepWait): NodeProgress {
    const row = this.#rowOf(wait.node, wait.path, wait.startedAt);
    this.#waiting.add(visitOf(wait));
    return this.#keep({
      ...row,
      running: Math.max(0, row.running - 1),
      waiting: row.waiting + 1,
    });
  }

  #stopAll(): void {
    for (const row of this.#rows.values()) {
      if (row.running > 0) this.#keep({ ...row, running: 0 });
    }
  }

  #ended(step: StepRecord): NodeProgress {
    const row = this.#rowOf(step.node, step.path, step.startedAt);
    const waited = this.#waiting.delete(visitOf(step)) ? 1 : 0;
    const ran = step.attempts > 0 ? 1 - waited : 0;
    return this.#keep({
      ...row,
      running: Math.max(0, row.running - ran),
      waiting: row.waiting - waited,
      ended: { ...row.ended, [step.status]: row.ended[step.status] + 1 },
      endedAt: Math.max(row.endedAt, step.endedAt),
      attempts: Math.max(row.attempts, step.attempts),
    });
  }

  #rowOf(node: string, path: string, at: number): NodeProgress {
    const known = this.#rows.get(node);
    if (known !== undefined) return known;
    const ended = { completed: 0, failed: 0, skipped: 0, cancelled: 0 };
    return {
      node,
      inRegion: path !== '',
      running: 0,
      waiting: 0,
      ended,
      startedAt: at,
      endedAt: at,
      attempts: 0,
    };
  }

  #keep(row: NodeProgress): NodeProgress {
    this.#rows.set(row.node, row);
    return row;
  }
}

/** Names of nodes have no line break, so that no two visits give the same text. */
function visitOf(visit: { readonly node: string; readonly path: string }): string {
  return `${visit.node}\n${visit.path}`;
}

type RowStatus = StepStatus | 'running' | 'waiting';

const MARKS: Readonly<
  Record<RowStatus, readonly [string, string, 'green' | 'red' | 'dim' | 'cyan' | 'yellow']>
> = {
  completed: ['✓', 'done', 'green'],
  failed: ['✗', 'failed', 'red'],
  skipped: ['–', 'skipped', 'dim'],
  cancelled: ['■', 'cancelled', 'yellow'],
  running: ['…', 'running', 'cyan'],
  waiting: ['◷', 'waiting', 'cyan'],
};

export interface LineOptions {
  /** Columns of the name; a longer one is cut. */
  readonly nameWidth: number;
  /** Columns of the whole line; absent means that it may be as long as it is. */
  readonly width?: number;
  readonly now: number;
}

/** One line of progress: `✓ fetch  5 of 5  1.2 s`, or `done  fetch ...` where it is piped. */
export function progressLine(terminal: Terminal, row: NodeProgress, options: LineOptions): string {
  const status = statusOf(row);
  const [mark, word, style] = MARKS[status];
  const label = terminal.isScreen ? styled(terminal, style, mark) : word.padEnd(9);
  const end = row.running + row.waiting > 0 ? options.now : row.endedAt;
  const details = [countOf(row), status === 'skipped' ? '' : formatDuration(end - row.startedAt)];
  if (row.attempts > 1) details.push(`${row.attempts} attempts`);
  const name = printableLine(row.node, options.nameWidth).padEnd(options.nameWidth);
  const lead = `  ${terminal.isScreen ? mark : word.padEnd(9)} ${name}  `;
  const room = (options.width ?? Number.POSITIVE_INFINITY) - lead.length;
  const told = cut(details.filter((part) => part !== '').join('  '), room);
  return `  ${label} ${name}  ${styled(terminal, 'dim', told)}`;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;
}

function statusOf(row: NodeProgress): RowStatus {
  if (row.ended.failed > 0) return 'failed';
  if (row.running > 0) return 'running';
  if (row.waiting > 0) return 'waiting';
  if (row.ended.cancelled > 0) return 'cancelled';
  return row.ended.completed > 0 ? 'completed' : 'skipped';
}

function countOf(row: NodeProgress): string {
  if (!row.inRegion) return '';
  const parts = [`${row.ended.completed}×`];
  if (row.ended.failed > 0) parts.push(`${row.ended.failed} failed`);
  if (row.ended.skipped > 0) parts.push(`${row.ended.skipped} skipped`);
  return parts.join(', ');
}
