import type { CommandContext } from '../command-context.ts';
import { problemText } from '../problem-text.ts';
import { connect } from '../server/connect.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { findFlowId } from './find-flow.ts';
import { readFlowText, toProblems, withFile } from './flow-text.ts';
import type { RemoteOptions } from './read-commands.ts';

/** `sluice flows create`. */
export async function flowsCreateCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly file: string },
): Promise<number> {
  const { signal } = context;
  const { file, source } = await readFlowText(context, options.file);
  const client = await connect(context, options);
  const flow = await ofFile(file, () => client.createFlow({ body: { source }, signal }));
  return tellSaved(context, options, { flow, file, verb: 'created' });
}

/** `sluice flows update`: saves a new version; with `ifVersion` only while that is the latest. */
export async function flowsUpdateCommand(
  context: CommandContext,
  options: RemoteOptions & {
    readonly flow: string;
    readonly file: string;
    readonly ifVersion?: number;
  },
): Promise<number> {
  const { signal } = context;
  const { file, source } = await readFlowText(context, options.file);
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { ifVersion } = options;
  const headers = ifVersion === undefined ? {} : { 'If-Match': `"${ifVersion}"` };
  const flow = await ofFile(file, () =>
    client.updateFlow({ params: { id }, headers, body: { source }, signal }),
  );
  return tellSaved(context, options, { flow, file, verb: 'saved' });
}

/** `sluice flows restore`: makes an earlier version the latest again. */
export async function flowsRestoreCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly flow: string; readonly version: number },
): Promise<number> {
  const { signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  const { version } = options;
  const flow = await client.restoreFlowVersion({ params: { id, version }, signal });
  return tellSaved(context, options, { flow, file: '', verb: `version ${version} restored as` });
}

/** `sluice flows delete`. */
export async function flowsDeleteCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly flow: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const id = await findFlowId(client, options.flow, signal);
  await client.deleteFlow({ params: { id }, signal });
  if (options.json) tellDocument(terminal, { id, deleted: true });
  else terminal.out(`${styled(terminal, 'green', 'deleted')} ${id}; its executions stay\n`);
  return 0;
}

interface Saved {
  readonly flow: {
    readonly id: string;
    readonly name: string;
    readonly version: number;
    readonly problems?: readonly unknown[] | undefined;
  };
  readonly file: string;
  readonly verb: string;
}

function tellSaved(context: CommandContext, options: RemoteOptions, saved: Saved): number {
  const { terminal } = context;
  const { flow, file, verb } = saved;
  if (options.json) {
    tellDocument(terminal, flow);
    return 0;
  }
  for (const problem of toProblems(flow.problems ?? [], file)) {
    terminal.err(`${problemText(terminal, problem)}\n`);
  }
  const label = styled(terminal, 'green', verb);
  terminal.out(`${label} ${printableLine(flow.name)}, version ${flow.version}: ${flow.id}\n`);
  return 0;
}

async function ofFile<T>(file: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw withFile(error, file);
  }
}
