import type { Client } from '../../contract/index.ts';
import type { CommandContext } from '../command-context.ts';
import { factsText, type RemoteOptions, tellMore } from '../flows/read-commands.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { printableLine, styled, type Terminal, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';
import { findKeyId } from './find-key.ts';

type Key = Awaited<ReturnType<Client['readKey']>>;

/** Options of the commands about one key. */
export interface OneKeyOptions extends RemoteOptions {
  readonly key: string;
}

/** `sluice keys list`: keys with their age; those that are due for a change are marked. */
export async function keysListCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly olderThanDays?: number; readonly limit: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { olderThanDays } = options;
  const filter = olderThanDays === undefined ? {} : { olderThanDays };
  const page = await collectPages(options.limit, (query) =>
    client.listKeys({ query: { ...filter, ...query }, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  if (page.items.length === 0) {
    const none = 'no keys yet; make one with sluice keys create NAME --scope flows:read\n';
    terminal.out(olderThanDays === undefined ? none : `no key is ${olderThanDays} days old\n`);
    return 0;
  }
  const now = context.now();
  const rows = page.items.map((key) => [
    key.id,
    key.name,
    key.prefix,
    stateText(key, now),
    `${key.ageDays} d`,
    agoText(key.lastUsedAt, now),
  ]);
  terminal.out(textTable(terminal, COLUMNS, rows));
  tellDue(terminal, page.items, now);
  tellMore(context, page);
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'NAME', mayShrink: true },
  { title: 'BEGINS' },
  { title: 'STATE' },
  { title: 'AGE', isNumber: true },
  { title: 'USED' },
];

function stateText(key: Key, now: number): string {
  if (key.revokedAt !== undefined) return 'revoked';
  if (key.expiresAt !== undefined && Date.parse(key.expiresAt) <= now) return 'expired';
  return key.isDue ? 'due' : 'good';
}

/** On standard error, so that a pipe gets the rows alone. */
function tellDue(terminal: Terminal, keys: readonly Key[], now: number): void {
  const due = keys.filter((key) => stateText(key, now) === 'due').length;
  if (due === 0) return;
  const label = styled(terminal, 'yellow', due === 1 ? '1 key is due' : `${due} keys are due`);
  terminal.err(`${label}: sluice keys rotate KEY --grace-minutes 60 gives it a new secret\n`);
}

/** `sluice keys show`. */
export async function keysShowCommand(
  context: CommandContext,
  options: OneKeyOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findKeyId(client, options.key, signal);
  const key = await client.readKey({ params: { id }, signal });
  if (options.json) {
    tellDocument(terminal, key);
    return 0;
  }
  terminal.out(`${styled(terminal, 'bold', printableLine(key.name))}\n`);
  terminal.out(factsText(factsOf(key, context.now())));
  return 0;
}

function factsOf(key: Key, now: number): readonly (readonly string[])[] {
  const { minutesAMonth, concurrentExecutions } = key;
  const used = key.lastUsedAddress === undefined ? '' : ` from ${key.lastUsedAddress}`;
  return [
    ['id', key.id],
    ['begins', key.prefix],
    ['state', stateText(key, now)],
    ['age', `${key.ageDays} days`],
    ['scopes', key.scopes.join(', ')],
    ['networks', key.networks.join(', ')],
    ['acts for', key.person === undefined ? 'itself' : `person:${key.person}`],
    ['made', `${timeText(key.createdAt, now)} by ${key.createdBy}`],
    ['rotated', timeText(key.rotatedAt, now)],
    ['ends', timeText(key.expiresAt, now)],
    ['revoked', timeText(key.revokedAt, now)],
    ['used', key.lastUsedAt === undefined ? '' : `${timeText(key.lastUsedAt, now)}${used}`],
    ['minutes', minutesAMonth === undefined ? '' : `${minutesAMonth} a month`],
    ['at once', concurrentExecutions === undefined ? '' : `${concurrentExecutions} executions`],
  ];
}

/** `sluice keys usage`: what a key was used for, by month. */
export async function keysUsageCommand(
  context: CommandContext,
  options: OneKeyOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findKeyId(client, options.key, signal);
  const usage = await client.readKeyUsage({ params: { id }, signal });
  if (options.json) {
    tellDocument(terminal, usage);
    return 0;
  }
  const rows = usage.months.map(({ month, requests, executions, minutes }) => [
    month,
    String(requests),
    String(executions),
    minutes.toFixed(1),
  ]);
  if (rows.length === 0) terminal.out('it was not used yet\n');
  else terminal.out(textTable(terminal, USAGE_COLUMNS, rows));
  if (usage.underWay > 0) terminal.out(`${usage.underWay} executions are under way\n`);
  return 0;
}

const USAGE_COLUMNS = [
  { title: 'MONTH' },
  { title: 'REQUESTS', isNumber: true },
  { title: 'EXECUTIONS', isNumber: true },
  { title: 'MINUTES', isNumber: true },
];
