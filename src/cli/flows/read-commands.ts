import type { Client } from '../../contract/index.ts';
import type { CommandContext } from '../command-context.ts';
import { problemText } from '../problem-text.ts';
import type { ServerOptions } from '../remote.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import { printable, printableLine, styled, tellDocument } from '../terminal.ts';
import { textTable } from '../text-table.ts';
import { agoText, timeText } from '../time-text.ts';
import { findFlowId } from './find-flow.ts';
import { countProblems, readFlowText, toProblems } from './flow-text.ts';

export interface RemoteOptions extends ServerOptions {
  readonly json: boolean;
}

/** `sluice flows list`. */
export async function flowsListCommand(
  context: CommandContext,
  options: RemoteOptions & {
    readonly search?: string;
    readonly tag: readonly string[];
    readonly limit: number;
  },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { search, tag } = options;
  const filter = {
    ...(search === undefined ? {} : { search }),
    ...(tag.length === 0 ? {} : { tags: tag.join(',') }),
  };
  const page = await collectPages(options.limit, (query) =>
    client.listFlows({ query: { ...filter, ...query }, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  if (page.items.length === 0) {
    const isFiltered = search !== undefined || tag.length > 0;
    terminal.out(
      isFiltered ? 'no flow fits\n' : 'no flows yet; save one with sluice flows create FILE\n',
    );
    return 0;
  }
  const now = context.now();
  const rows = page.items.map((flow) => [
    flow.id,
    flow.name,
    String(flow.version),
    flow.tags.join(', '),
    agoText(flow.updatedAt, now),
  ]);
  terminal.out(textTable(terminal, FLOW_COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const FLOW_COLUMNS = [
  { title: 'ID' },
  { title: 'NAME', mayShrink: true },
  { title: 'VERSION', isNumber: true },
  { title: 'TAGS', mayShrink: true },
  { title: 'UPDATED' },
];

/** Says that a list goes on; on standard error, so that a pipe gets the rows alone. */
export function tellMore(
  { terminal }: CommandContext,
  page: { readonly items: readonly unknown[]; readonly nextCursor?: string | undefined },
): void {
  if (page.nextCursor === undefined) return;
  terminal.err(`${page.items.length} are shown and there are more; see --limit\n`);
}

/** `sluice flows show`: what the flow is, and its text. */
export async function flowsShowCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly flow: string; readonly version?: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { version } = options;
  const query = version === undefined ? {} : { version };
  const flow = await client.readFlow({ params: { id }, query, signal });
  if (options.json) {
    tellDocument(terminal, flow);
    return 0;
  }
  const now = context.now();
  terminal.out(`${styled(terminal, 'bold', printableLine(flow.name))}\n`);
  const facts = [
    ['id', flow.id],
    ['version', String(flow.version)],
    ['tags', flow.tags.join(', ')],
    ['description', flow.description],
    ['created', `${timeText(flow.createdAt, now)} by ${flow.createdBy}`],
    ['updated', timeText(flow.updatedAt, now)],
  ];
  terminal.out(factsText(facts));
  terminal.out(`\n${printable(flow.source)}${flow.source.endsWith('\n') ? '' : '\n'}`);
  return 0;
}

/** Names and values, one a line; those without a value are left out. */
export function factsText(facts: readonly (readonly string[])[]): string {
  const told = facts.filter(([, value = '']) => value !== '');
  const width = told.reduce((most, [name = '']) => Math.max(most, name.length), 0);
  return told
    .map(([name = '', value = '']) => `  ${name.padEnd(width)}  ${printableLine(value)}\n`)
    .join('');
}

/** `sluice flows versions`. */
export async function flowsVersionsCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly flow: string; readonly limit: number },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const page = await collectPages(options.limit, (query) =>
    client.listFlowVersions({ params: { id }, query, signal }),
  );
  if (options.json) {
    tellDocument(terminal, page);
    return 0;
  }
  const now = context.now();
  const rows = page.items.map((version) => [
    String(version.version),
    timeText(version.createdAt, now),
    version.createdBy,
    version.format,
    version.restoredFrom === undefined ? '' : `restored from ${version.restoredFrom}`,
  ]);
  terminal.out(textTable(terminal, VERSION_COLUMNS, rows));
  tellMore(context, page);
  return 0;
}

const VERSION_COLUMNS = [
  { title: 'VERSION', isNumber: true },
  { title: 'SAVED' },
  { title: 'BY', mayShrink: true },
  { title: 'FORMAT' },
  { title: '' },
];

/** `sluice flows export`: the text of a flow, to a file or to standard output. */
export async function flowsExportCommand(
  context: CommandContext,
  options: ServerOptions & {
    readonly flow: string;
    readonly format: 'yaml' | 'json';
    readonly version?: number;
    readonly output?: string;
    readonly force: boolean;
  },
): Promise<number> {
  const { terminal, signal, remote } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { format, version, output } = options;
  const query = { format, ...(version === undefined ? {} : { version }) };
  const text = await client.exportFlow({ params: { id }, query, signal });
  if (output !== undefined) {
    await remote.saveFile(output, text, { overwrite: options.force });
    terminal.err(`saved ${printableLine(output)}\n`);
    return 0;
  }
  // A pipe gets the very text; only a screen must not obey it.
  terminal.out(terminal.isScreen ? printable(text) : text);
  return 0;
}

/** `sluice flows validate`: what this server says of a flow; nothing is saved or run. */
export async function flowsValidateCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly file: string },
): Promise<number> {
  const { terminal, signal } = context;
  const { file, source } = await readFlowText(context, options.file);
  const client: Client = await connect(context, options);
  const checked = await client.validateFlow({ body: { source }, signal });
  if (options.json) {
    tellDocument(terminal, checked);
    return checked.valid ? 0 : 2;
  }
  const problems = toProblems(checked.problems, file);
  for (const problem of problems) terminal.out(`${problemText(terminal, problem)}\n`);
  const verdict = checked.valid
    ? styled(terminal, 'green', 'valid')
    : `${styled(terminal, 'red', 'not valid')}: ${countProblems(problems)}`;
  terminal.out(`${printableLine(file)}: ${verdict}\n`);
  return checked.valid ? 0 : 2;
}
