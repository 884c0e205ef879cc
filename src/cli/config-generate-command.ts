import type { ConfigContext } from './config-local.ts';
import { printableLine, styled } from './terminal.ts';

export interface ConfigGenerateOptions {
  /** Where to write; `.env` in the working directory where it is absent. */
  readonly out?: string;
  /** Print the text instead of writing it. */
  readonly print: boolean;
}

/**
 * `sluice config generate`: writes a `.env` with fresh secrets and says what is in it, without
 * showing one. 0 when it is written or printed; throws FILE_EXISTS (2) where the file is there, and
 * FILE_NOT_WRITTEN.
 */
export async function configGenerateCommand(
  { terminal, local }: ConfigContext,
  options: ConfigGenerateOptions,
): Promise<number> {
  if (options.print) {
    terminal.out(local.printConfig());
    return 0;
  }
  local.generateConfig(options.out === undefined ? {} : { out: options.out });
  const file = printableLine(options.out ?? '.env');
  const facts = [
    ['JWT_SECRET_KEY', 'signs the tokens of people who sign in'],
    ['JWT_REFRESH_SECRET_KEY', 'signs the tokens that renew a sign-in'],
    ['ENCRYPTION_KEY', 'encrypts what the server keeps secret for you'],
    ['ADMIN_API_KEYS', 'your first API key; it may do everything'],
  ] as const;
  const rows = facts.map(
    ([name, what]) => `  ${styled(terminal, 'bold', name.padEnd(23))} ${what}`,
  );
  terminal.out(
    [
      `${styled(terminal, 'green', 'Wrote')} ${file}, which only you can read, with fresh secrets:`,
      '',
      ...rows,
      '',
      `Keep a copy of ${file} in a safe place: without ENCRYPTION_KEY, what it encrypted is lost.`,
      'Do not commit it or send it to anyone. What production adds is in it, behind #.',
      '',
      `Next: ${options.out === undefined ? '' : `name it .env, then `}sluice config check, and sluice start.`,
      '',
    ].join('\n'),
  );
  return 0;
}
