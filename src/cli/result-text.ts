import { formatDuration, type Value } from '../base/index.ts';
import type { ExecutionResult } from '../contract/index.ts';
import { excerpt, placeText } from './problem-text.ts';
import { printable, printableLine, styled, type Terminal } from './terminal.ts';

/** How an execution ended, wherever it ran. */
export interface Ended {
  readonly status: ExecutionResult['status'];
  readonly outputs: Readonly<Record<string, Value>>;
  readonly error?: ExecutionResult['error'];
}

/** Says how an execution ended: its outputs, or what failed and where. */
export function tellResult(terminal: Terminal, result: Ended, ms: number): void {
  const took = styled(terminal, 'dim', `in ${formatDuration(ms)}`);
  if (result.status === 'completed') {
    terminal.out(`${styled(terminal, 'green', 'completed')} ${took}\n`);
    const hasOutputs = Object.keys(result.outputs).length > 0;
    if (hasOutputs) terminal.out(`${printable(JSON.stringify(result.outputs, null, 2))}\n`);
    return;
  }
  const style = result.status === 'cancelled' ? 'yellow' : 'red';
  terminal.out(`${styled(terminal, style, result.status)} ${took}\n`);
  if (result.error !== undefined) terminal.out(failureText(terminal, result.error));
}

/** What failed: node, message, place and remedy, each on lines of its own. */
export function failureText(
  terminal: Terminal,
  error: NonNullable<ExecutionResult['error']>,
): string {
  const isVisit = error.path !== undefined && error.path !== '';
  const visit = isVisit ? `[${printableLine(error.path)}]` : '';
  const where = error.node === undefined ? '' : `node ${printable(error.node)}${visit}: `;
  // Lines of a message are indented: code of a flow could otherwise write lines like our own.
  const message = printable(error.message).replaceAll('\n', '\n    ');
  const lines = [`${where}${message} [${error.code}]`];
  if (error.place !== undefined) {
    lines.push(`  at ${placeText(error.place)}`, ...excerpt(terminal, error.place));
  }
  lines.push(`  ${printable(error.remedy)}`);
  return `${lines.join('\n')}\n`;
}

/** What of a step stands in the document of a run. */
export function stepSummary(step: {
  readonly node: string;
  readonly path: string;
  readonly status: string;
  readonly attempts: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly events?: readonly object[] | undefined;
}): object {
  return {
    node: step.node,
    path: step.path,
    status: step.status,
    attempts: step.attempts,
    ms: Math.max(0, step.endedAt - step.startedAt),
    ...(step.events === undefined ? {} : { events: step.events }),
  };
}
