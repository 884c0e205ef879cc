import type { ShareLevel } from '../../contract/index.ts';
import type { CommandContext } from '../command-context.ts';
import { findPersonId } from '../people/find-person.ts';
import { connect } from '../server/connect.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText } from '../time-text.ts';
import { findFlowId } from './find-flow.ts';
import type { RemoteOptions } from './read-commands.ts';

/** Options of the commands about one flow. */
export interface OneFlowOptions extends RemoteOptions {
  readonly flow: string;
}

/** `sluice flows shares`: with whom a flow is shared. */
export async function flowsSharesCommand(
  context: CommandContext,
  options: OneFlowOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const shares = await client.listShares({ params: { id }, signal });
  if (options.json) tellDocument(terminal, shares);
  else if (shares.items.length === 0) terminal.out('it is shared with nobody\n');
  else {
    const now = context.now();
    const rows = shares.items.map(({ username, level, createdBy, createdAt }) => {
      return [username, level, createdBy, agoText(createdAt, now)];
    });
    terminal.out(textTable(terminal, COLUMNS, rows));
  }
  return 0;
}

const COLUMNS = [
  { title: 'PERSON', mayShrink: true },
  { title: 'LEVEL' },
  { title: 'BY', mayShrink: true },
  { title: 'SINCE' },
];

/** `sluice flows share`: with a person of the account, by id or username. */
export async function flowsShareCommand(
  context: CommandContext,
  options: OneFlowOptions & { readonly person: string; readonly level: ShareLevel },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { person, level } = options;
  const share = await client.putShare({ params: { id, person }, body: { level }, signal });
  if (options.json) tellDocument(terminal, share);
  else {
    const label = styled(terminal, 'green', 'shared');
    terminal.out(`${label} with ${printableLine(share.username)}: ${share.level}\n`);
  }
  return 0;
}

/** `sluice flows unshare`. */
export async function flowsUnshareCommand(
  context: CommandContext,
  options: OneFlowOptions & { readonly person: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { person } = options;
  await client.removeShare({ params: { id, person }, signal });
  if (options.json) tellDocument(terminal, { id, person, removed: true });
  else terminal.out(`${styled(terminal, 'green', 'not shared')} with them any more\n`);
  return 0;
}

/** `sluice flows public`, `private` and `give`: who may see a flow, and whose it is. */
export async function flowsSettingsCommand(
  context: CommandContext,
  options: OneFlowOptions & { readonly isPublic?: boolean; readonly owner?: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { isPublic, owner } = options;
  const body = {
    ...(isPublic === undefined ? {} : { isPublic }),
    ...(owner === undefined ? {} : { owner: await findPersonId(client, owner, signal) }),
  };
  const flow = await client.updateFlowSettings({ params: { id }, body, signal });
  if (options.json) {
    tellDocument(terminal, flow);
    return 0;
  }
  const who = flow.isPublic ? 'everyone in the account may see and run it' : 'it is private';
  const name = styled(terminal, 'green', printableLine(flow.name));
  terminal.out(`${name}: ${who}; it belongs to ${printableLine(flow.owner)}\n`);
  return 0;
}

/** `sluice flows access`: what one may do with a flow, and why. */
export async function flowsAccessCommand(
  context: CommandContext,
  options: OneFlowOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const access = await client.flowAccess({ params: { id }, signal });
  if (options.json) {
    tellDocument(terminal, access);
    return 0;
  }
  for (const [act, { isAllowed, why }] of Object.entries(access)) {
    const mark = isAllowed ? styled(terminal, 'green', 'yes') : styled(terminal, 'red', 'no ');
    terminal.out(`  ${act.padEnd(8)} ${mark}  ${printableLine(why)}\n`);
  }
  return 0;
}
