import { type Command, Option } from 'commander';
import { assert } from '../../base/index.ts';
import { SHARE_LEVELS, type ShareLevel } from '../../contract/index.ts';
import { flowsLinkCommand, flowsLinksCommand, flowsUnlinkCommand } from '../flows/link-commands.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import {
  flowsAccessCommand,
  flowsSettingsCommand,
  flowsShareCommand,
  flowsSharesCommand,
  flowsUnshareCommand,
} from '../flows/share-commands.ts';
import type { SecretOptions } from '../people/made-secret.ts';
import { type CommandHost, wholeNumber, withServerAndJson } from './host.ts';

const FLOW = '<flow>';
const FLOW_WORDS = 'its id, the beginning of it, or its exact name';
const PERSON = '<person>';
const PERSON_WORDS = 'a person of the account: id or username';

/** What `flows` does besides: shares, links, and whose a flow is. After `addFlowCommands`. */
export function addShareCommands(host: CommandHost): void {
  const flows = host.program.commands.find((command) => command.name() === 'flows');
  assert(flows !== undefined, 'the flow commands are added first');
  flows.commandsGroup('Share:');
  addShares({ ...host, program: flows });
  addSettings({ ...host, program: flows });
  addLinks({ ...host, program: flows });
}

/** A command about one flow, with what each of them takes. */
function ofFlow(flows: Command, name: string, summary: string): Command {
  return withServerAndJson(flows.command(name)).summary(summary).argument(FLOW, FLOW_WORDS);
}

function addShares({ program, context, finish }: CommandHost): void {
  ofFlow(program, 'access', 'what you may do with a flow, and why').action(
    async (flow: string, options: RemoteOptions) => {
      finish(await flowsAccessCommand(context, { ...options, flow }));
    },
  );
  ofFlow(program, 'shares', 'list with whom a flow is shared').action(
    async (flow: string, options: RemoteOptions) => {
      finish(await flowsSharesCommand(context, { ...options, flow }));
    },
  );
  ofFlow(program, 'share', 'share a flow with a person')
    .argument(PERSON, PERSON_WORDS)
    .addOption(
      new Option('--level <level>', 'view, execute or edit').choices(SHARE_LEVELS).default('view'),
    )
    .action(
      async (flow: string, person: string, options: RemoteOptions & { level: ShareLevel }) => {
        finish(await flowsShareCommand(context, { ...options, flow, person }));
      },
    );
  ofFlow(program, 'unshare', 'stop sharing a flow with a person')
    .argument(PERSON, PERSON_WORDS)
    .action(async (flow: string, person: string, options: RemoteOptions) => {
      finish(await flowsUnshareCommand(context, { ...options, flow, person }));
    });
}

function addSettings({ program, context, finish }: CommandHost): void {
  ofFlow(program, 'public', 'let everyone in the account see and run a flow').action(
    async (flow: string, options: RemoteOptions) => {
      finish(await flowsSettingsCommand(context, { ...options, flow, isPublic: true }));
    },
  );
  ofFlow(program, 'private', 'let only its owner, and whom it is shared with').action(
    async (flow: string, options: RemoteOptions) => {
      finish(await flowsSettingsCommand(context, { ...options, flow, isPublic: false }));
    },
  );
  ofFlow(program, 'give', 'make a flow somebody else’s')
    .argument(PERSON, PERSON_WORDS)
    .action(async (flow: string, owner: string, options: RemoteOptions) => {
      finish(await flowsSettingsCommand(context, { ...options, flow, owner }));
    });
}

const DAYS = { min: 1, max: 365 };

function addLinks({ program, context, finish }: CommandHost): void {
  ofFlow(program, 'links', 'list the share links of a flow').action(
    async (flow: string, options: RemoteOptions) => {
      finish(await flowsLinksCommand(context, { ...options, flow }));
    },
  );
  ofFlow(program, 'link', 'make a link by which anybody may see or run a flow')
    .addOption(
      new Option('--level <level>', 'view or execute').choices(['view', 'execute']).default('view'),
    )
    .option('--days <count>', 'how long it is good', wholeNumber('--days', DAYS), 30)
    .option('--quiet', 'print the link alone', false)
    .action(
      async (
        flow: string,
        options: RemoteOptions & SecretOptions & { level: 'view' | 'execute'; days: number },
      ) => {
        finish(await flowsLinkCommand(context, { ...options, flow }));
      },
    );
  ofFlow(program, 'unlink', 'revoke a share link')
    .argument('<link>', 'its id')
    .action(async (flow: string, link: string, options: RemoteOptions) => {
      finish(await flowsUnlinkCommand(context, { ...options, flow, link }));
    });
}
