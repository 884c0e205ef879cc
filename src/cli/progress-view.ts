import { every } from '../base/index.ts';
import type { ExecutionEvent } from '../contract/index.ts';
import { type NodeProgress, ProgressTable, progressLine } from './progress.ts';
import { printableLine, styled, type Terminal } from './terminal.ts';
import { clockText } from './time-text.ts';

/** Shows a running execution; `end` leaves the last state on the screen. */
export interface ProgressView {
  take(event: ExecutionEvent): void;
  end(): void;
}

const REDRAW_MS = 80;
/**
 * Rows redrawn on a screen; the rest is counted in one line, so that no screen scrolls while live.
 */
const LIVE_ROWS = 20;
const NAME_WIDTH = { min: 8, max: 40, unknown: 24 };
/** Columns that a live line keeps for what follows the name. */
const DETAILS_WIDTH = 28;

/**
 * A live table on a screen, plain lines otherwise. `names` are the flow's nodes, for the width;
 * empty where they are not known.
 */
export function progressView(
  terminal: Terminal,
  names: readonly string[],
  now: () => number,
): ProgressView {
  const lengths = names.map((name) => name.length);
  const longest = lengths.length === 0 ? NAME_WIDTH.unknown : Math.max(...lengths);
  const room = terminal.isScreen ? screenWidth(terminal) - DETAILS_WIDTH : NAME_WIDTH.max;
  const nameWidth = Math.max(NAME_WIDTH.min, Math.min(NAME_WIDTH.max, longest, room));
  return terminal.isScreen
    ? liveView(terminal, { nameWidth, now })
    : plainView(terminal, { nameWidth, now });
}

interface ViewOptions {
  readonly nameWidth: number;
  now(): number;
}

/**
 * A line for each node as it ends. Nodes of a region are added up and told before the next node
 * outside one, so that a thousand items make one line.
 */
function plainView(terminal: Terminal, options: ViewOptions): ProgressView {
  const table = new ProgressTable();
  const waiting = new Set<string>();
  const tell = (row: NodeProgress | undefined) => {
    if (row === undefined) return;
    const now = options.now();
    terminal.out(`${progressLine(terminal, row, { nameWidth: options.nameWidth, now })}\n`);
  };
  const flush = () => {
    for (const node of waiting) tell(table.row(node));
    waiting.clear();
  };
  return {
    take: (event) => {
      const row = table.take(event);
      const line = lineOf(event);
      if (line !== undefined) terminal.out(line);
      if (row === undefined || event.kind !== 'step.ended') return;
      if (row.inRegion) {
        waiting.add(row.node);
        return;
      }
      flush();
      tell(row);
    },
    end: flush,
  };
}

/** What happens between the start and the end of a step, and would be lost in a pipe. */
function lineOf(event: ExecutionEvent): string | undefined {
  switch (event.kind) {
    case 'step.retrying':
      return `  retry     ${whereOf(event)}: attempt ${event.attempt} failed (${event.error.code})\n`;
    case 'step.waiting':
      return `  waiting   ${whereOf(event.wait)}: until ${clockText(event.wait.until)}\n`;
    case 'execution.resumed':
      return event.reason === 'takeover' ? '  taken over by another process\n' : undefined;
    default:
      return undefined;
  }
}

function whereOf({ node, path }: { readonly node: string; readonly path: string }): string {
  return printableLine(path === '' ? node : `${node}[${path}]`);
}

function liveView(terminal: Terminal, options: ViewOptions): ProgressView {
  const table = new ProgressTable();
  let drawnLines = 0;
  const draw = (bounds: { rowsMax: number; width?: number }) => {
    const lines = liveLines(terminal, table.rows, { ...options, ...bounds });
    const up = drawnLines > 0 ? `\u001b[${drawnLines}A\u001b[J` : '';
    terminal.out(`${up}${lines.map((line) => `${line}\n`).join('')}`);
    drawnLines = lines.length;
  };
  // A line that wrapped would be two to move up over: the redraw would leave the first behind.
  const stop = every(REDRAW_MS, () => {
    draw({ rowsMax: liveRows(terminal), width: screenWidth(terminal) });
  });
  return {
    take: (event) => {
      table.take(event);
    },
    end: () => {
      stop();
      draw({ rowsMax: Number.POSITIVE_INFINITY });
    },
  };
}

/** Room is left for the flow's name, the line that counts hidden rows, and the cursor. */
function liveRows({ rows }: Terminal): number {
  return rows > 0 ? Math.max(1, Math.min(LIVE_ROWS, rows - 3)) : LIVE_ROWS;
}

/** A screen that does not know its width says 0. */
function screenWidth({ columns }: Terminal): number {
  return columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

function liveLines(
  terminal: Terminal,
  rows: readonly NodeProgress[],
  options: ViewOptions & { readonly rowsMax: number; readonly width?: number },
): string[] {
  const shown = rows.slice(-options.rowsMax);
  const lineOptions = { ...options, now: options.now() };
  const lines = shown.map((row) => progressLine(terminal, row, lineOptions));
  const hidden = rows.length - shown.length;
  return hidden === 0 ? lines : [styled(terminal, 'dim', `  … ${hidden} earlier nodes`), ...lines];
}
