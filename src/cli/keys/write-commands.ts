import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { type SecretOptions, tellSecret } from '../people/made-secret.ts';
import { connect } from '../server/connect.ts';
import { printableLine, styled, tellDocument } from '../terminal.ts';
import { timeText } from '../time-text.ts';
import { findKeyId } from './find-key.ts';
import { afterDays, namesOf, permissionsOf } from './key-options.ts';
import type { OneKeyOptions } from './read-commands.ts';

export interface KeysCreateOptions extends RemoteOptions, SecretOptions {
  readonly name: string;
  readonly scope: readonly string[];
  readonly network: readonly string[];
  readonly days?: number;
  readonly minutesAMonth?: number;
  readonly concurrent?: number;
}

/** `sluice keys create`: the key is shown once. Errors: USAGE where no scope is named. */
export async function keysCreateCommand(
  context: CommandContext,
  options: KeysCreateOptions,
): Promise<number> {
  const { signal, terminal } = context;
  const scopes = permissionsOf('--scope', options.scope);
  if (scopes.length === 0) {
    throw new AppError('USAGE', {
      message: 'a key needs at least one scope',
      remedy: 'Name what it is for: --scope flows:read,flows:execute',
    });
  }
  const client = await connect(context, options);
  const { name, network, days, minutesAMonth, concurrent } = options;
  const key = await client.createKey({
    body: {
      name,
      scopes,
      networks: namesOf(network),
      ...(days === undefined ? {} : { expiresAt: afterDays(days, context.now()) }),
      ...(minutesAMonth === undefined ? {} : { minutesAMonth }),
      ...(concurrent === undefined ? {} : { concurrentExecutions: concurrent }),
    },
    signal,
  });
  const label = styled(terminal, 'green', 'created');
  return tellSecret(context, options, {
    document: key,
    line: `${label} ${printableLine(key.name)}: ${key.id}`,
    secret: { name: 'key', text: key.key, next: NEXT },
  });
}

const NEXT = 'Send it as the header X-API-Key; keep it where secrets are kept.';

/** `sluice keys rotate`: a new secret for the same key, shown once. */
export async function keysRotateCommand(
  context: CommandContext,
  options: OneKeyOptions & SecretOptions & { readonly graceMinutes: number },
): Promise<number> {
  const { signal, terminal } = context;
  const client = await connect(context, options);
  const id = await findKeyId(client, options.key, signal);
  const { graceMinutes } = options;
  const key = await client.rotateKey({ params: { id }, body: { graceMinutes }, signal });
  const before =
    graceMinutes === 0
      ? 'the secret of before is worth nothing any more'
      : `the secret of before is good for ${graceMinutes} more minutes`;
  const label = styled(terminal, 'green', 'rotated');
  return tellSecret(context, options, {
    document: key,
    line: `${label} ${printableLine(key.name)}; ${before}`,
    secret: { name: 'key', text: key.key, next: NEXT },
  });
}

/** `sluice keys extend`: a key ends later, or never. Errors: USAGE where it is not said when. */
export async function keysExtendCommand(
  context: CommandContext,
  options: OneKeyOptions & { readonly days?: number; readonly never: boolean },
): Promise<number> {
  const { signal, terminal } = context;
  const { days, never } = options;
  if ((days === undefined) !== never) {
    throw new AppError('USAGE', {
      message: 'when the key ends is to be said once',
      remedy: 'Write --days 90, counted from now, or --never.',
    });
  }
  const client = await connect(context, options);
  const id = await findKeyId(client, options.key, signal);
  const expiresAt = days === undefined ? null : afterDays(days, context.now());
  const key = await client.extendKey({ params: { id }, body: { expiresAt }, signal });
  if (options.json) {
    tellDocument(terminal, key);
    return 0;
  }
  const when =
    key.expiresAt === undefined ? 'does not end' : `ends ${timeText(key.expiresAt, context.now())}`;
  terminal.out(`${styled(terminal, 'green', 'extended')} ${printableLine(key.name)}: it ${when}\n`);
  return 0;
}

/** `sluice keys revoke`: at once and for good. */
export async function keysRevokeCommand(
  context: CommandContext,
  options: OneKeyOptions,
): Promise<number> {
  const { signal, terminal } = context;
  const client = await connect(context, options);
  const id = await findKeyId(client, options.key, signal);
  const key = await client.revokeKey({ params: { id }, signal });
  if (options.json) {
    tellDocument(terminal, key);
    return 0;
  }
  const label = styled(terminal, 'green', 'revoked');
  terminal.out(`${label} ${printableLine(key.name)}: no request with it is taken from now on\n`);
  return 0;
}
