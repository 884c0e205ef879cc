import type { CommandContext } from '../command-context.ts';
import type { ServedUntil, ServeRequest } from '../local.ts';
import { printable, printableLine, styled, type Terminal } from '../terminal.ts';

/** What `sluice start` and `sluice worker` were told. */
export interface ServeOptions {
  readonly kind: ServeRequest['kind'];
  readonly host?: string;
  readonly port?: number;
  readonly dataDir?: string;
}

/**
 * Serves until the person or the system asks to stop. 0 after a clean end; where it could not begin
 * or failed, the error is thrown on.
 */
export async function serveCommand(
  context: CommandContext,
  options: ServeOptions,
): Promise<number> {
  const { terminal, local, signal } = context;
  const { kind, ...overrides } = options;
  let served: ServedUntil;
  try {
    served = await local.serve({ kind, overrides, signal });
  } catch (error) {
    // Stopped while it was starting: nothing was served, and that was asked for.
    if (signal.aborted && error === signal.reason) return 0;
    throw error;
  }
  tellServing(context, kind, served);
  const onStop = () => terminal.err('stopping: what runs may finish; Ctrl-C again ends at once\n');
  if (signal.aborted) onStop();
  else signal.addEventListener('abort', onStop, { once: true });
  try {
    await served.ended;
  } finally {
    signal.removeEventListener('abort', onStop);
  }
  terminal.out('stopped\n');
  return 0;
}

function tellServing(
  { terminal, command = 'sluice' }: CommandContext,
  kind: ServeRequest['kind'],
  served: ServedUntil,
): void {
  for (const warning of served.warnings) {
    terminal.err(`${styled(terminal, 'yellow', 'warning')}: ${printableLine(warning, 500)}\n`);
  }
  const facts: (readonly [string, string])[] = [];
  const more = served.isEverywhere === true ? ' and on every network of this machine' : '';
  if (served.address !== undefined) facts.push(['address', `${served.address}${more}`]);
  if (served.page !== undefined) facts.push(['API', served.page]);
  facts.push(['data', served.data]);
  if (kind === 'server') facts.push(['next', `${command} flows list, in another terminal`]);
  facts.push(['stop', 'Ctrl-C']);
  const what = kind === 'server' ? 'Sluice serves' : 'This worker takes executions';
  const lines = facts.map(([name, text]) => `  ${name.padEnd(8)} ${printableLine(text)}\n`);
  terminal.out(`${styled(terminal, 'green', what)}\n${lines.join('')}`);
  tellFirstAdmin(terminal, served.firstAdmin);
}

/** On the terminal alone: what is shown here stands nowhere else, but as a hash in the database. */
function tellFirstAdmin(terminal: Terminal, admin: ServedUntil['firstAdmin']): void {
  if (admin?.password === undefined) return;
  const rows = [
    `  admin     ${printableLine(admin.username)}`,
    `  password  ${styled(terminal, 'cyan', printable(admin.password))}`,
    '            shown this once; a new one: sluice users reset-password, with an admin key',
  ];
  terminal.out(`\n${[styled(terminal, 'bold', 'First start'), ...rows].join('\n')}\n\n`);
}
