import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { permissionsOf } from '../keys/key-options.ts';
import { connect } from '../server/connect.ts';
import { printable, styled, tellDocument } from '../terminal.ts';

/** `sluice roles list`: each role with what it allows. */
export async function rolesListCommand(
  context: CommandContext,
  options: RemoteOptions,
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const roles = await client.listRoles({ signal });
  if (options.json) {
    tellDocument(terminal, roles);
    return 0;
  }
  for (const { name, description, permissions, isBuiltIn } of roles.items) {
    const kind = isBuiltIn ? ' (built in)' : '';
    const what = description === '' ? '' : `  ${printable(description)}`;
    terminal.out(`${styled(terminal, 'bold', name)}${kind}${what}\n`);
    terminal.out(`  ${permissions.length === 0 ? 'nothing' : permissions.join(', ')}\n`);
  }
  return 0;
}

/** `sluice roles set`: makes a role, or replaces what one of the account allows. */
export async function rolesSetCommand(
  context: CommandContext,
  options: RemoteOptions & {
    readonly role: string;
    readonly permission: readonly string[];
    readonly description: string;
  },
): Promise<number> {
  const { terminal, signal } = context;
  if (options.permission.length === 0) {
    throw new AppError('USAGE', {
      message:
        'a role without --permission would allow nothing, and what it allowed before is gone',
      remedy: 'Name all that it should allow, such as --permission flows:read,executions:read.',
    });
  }
  const permissions = permissionsOf('--permission', options.permission);
  const client = await connect(context, options);
  const { role: name, description } = options;
  const role = await client.putRole({
    params: { name },
    body: { description, permissions },
    signal,
  });
  if (options.json) {
    tellDocument(terminal, role);
    return 0;
  }
  const allowed = role.permissions.length === 0 ? 'nothing' : role.permissions.join(', ');
  terminal.out(`${styled(terminal, 'green', 'set')} ${role.name}: it allows ${allowed}\n`);
  return 0;
}

/** `sluice roles remove`. */
export async function rolesRemoveCommand(
  context: CommandContext,
  options: RemoteOptions & { readonly role: string },
): Promise<number> {
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const { role: name } = options;
  await client.removeRole({ params: { name }, signal });
  if (options.json) tellDocument(terminal, { name, removed: true });
  else terminal.out(`${styled(terminal, 'green', 'removed')} ${printable(name)}\n`);
  return 0;
}
