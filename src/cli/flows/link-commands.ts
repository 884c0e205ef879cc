import type { CommandContext } from '../command-context.ts';
import { type SecretOptions, tellSecret } from '../people/made-secret.ts';
import { connect } from '../server/connect.ts';
import { styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';
import { findFlowId } from './find-flow.ts';
import type { OneFlowOptions } from './share-commands.ts';

/** `sluice flows links`: the share links of a flow that are good. */
export async function flowsLinksCommand(
  context: CommandContext,
  options: OneFlowOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const links = await client.listLinks({ params: { id }, signal });
  if (options.json) tellDocument(terminal, links);
  else if (links.items.length === 0) terminal.out('it has no links\n');
  else {
    const now = context.now();
    const rows = links.items.map((link) => [
      link.id,
      link.level,
      agoText(link.expiresAt, now),
      String(link.uses),
      agoText(link.lastUsedAt, now),
    ]);
    terminal.out(textTable(terminal, COLUMNS, rows));
  }
  return 0;
}

const COLUMNS = [
  { title: 'ID' },
  { title: 'LEVEL' },
  { title: 'ENDS' },
  { title: 'USES', isNumber: true },
  { title: 'USED' },
];

/** `sluice flows link`: makes one; whoever has it may see or run the flow. */
export async function flowsLinkCommand(
  context: CommandContext,
  options: OneFlowOptions &
    SecretOptions & { readonly level: 'view' | 'execute'; readonly days: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { level, days } = options;
  const link = await client.createLink({ params: { id }, body: { level, days }, signal });
  const until = timeText(link.expiresAt, context.now());
  const run = level === 'execute' ? ' POST to it, with /execute behind, runs the flow.' : '';
  return tellSecret(context, options, {
    document: link,
    line: `${styled(terminal, 'green', 'made')} a link to ${level} it until ${until}: ${link.id}`,
    secret: { name: 'link', text: link.url, next: `Whoever has it needs nothing else.${run}` },
  });
}

/** `sluice flows unlink`. */
export async function flowsUnlinkCommand(
  context: CommandContext,
  options: OneFlowOptions & { readonly link: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { link } = options;
  await client.revokeLink({ params: { id, link }, signal });
  if (options.json) tellDocument(terminal, { id: link, revoked: true });
  else terminal.out(`${styled(terminal, 'green', 'revoked')}: it opens nothing any more\n`);
  return 0;
}
