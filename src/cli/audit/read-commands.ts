import type { CommandContext } from '../command-context.ts';
import { type RemoteOptions, tellMore } from '../flows/read-commands.ts';
import type { ServerOptions } from '../remote.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { printable, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { timeText } from '../time-text.ts';
import { exportPages } from './export-pages.ts';

export interface AuditListOptions extends RemoteOptions {
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly outcome?: 'done' | 'denied' | 'failed';
  readonly address?: string;
  /** ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
}

/** `sluice audit list`: who did what, newest first. That it is read is recorded too. */
export async function auditListCommand(
  context: CommandContext,
  options: AuditListOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { actor, action, target, outcome, address, from, to } = options;
  const filter = {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(target === undefined ? {} : { targetId: target }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(address === undefined ? {} : { address }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const page = await collectPages(options.limit, (query) =>
    client.listAudit({ query: { ...filter, ...query }, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  if (page.items.length === 0) {
    terminal.out(Object.keys(filter).length > 0 ? 'no record fits\n' : 'no records yet\n');
    return 0;
  }
  const now = context.now();
  const rows = page.items.map((record) => [
    timeText(record.at, now),
    record.actor,
    record.action,
    `${record.targetKind} ${record.targetId}`,
    record.outcome,
    record.address ?? '',
    record.sequence === undefined ? 'not yet' : String(record.sequence),
  ]);
  terminal.out(textTable(terminal, COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const COLUMNS = [
  { title: 'AT' },
  { title: 'WHO', mayShrink: true },
  { title: 'DID' },
  { title: 'TO', mayShrink: true },
  { title: 'OUTCOME' },
  { title: 'FROM' },
  { title: 'SEAL', isNumber: true },
];

/**
 * `sluice audit export`: all sealed records and checkpoints, one JSON document a line, as
 * `sluice audit verify --file` takes them.
 */
export async function auditExportCommand(
  context: CommandContext,
  options: ServerOptions,
): Promise<number> {
  const client = await connect(context, options);
  for await (const text of exportPages(client, context.signal)) {
    context.terminal.out(printable(text));
  }
  return 0;
}
