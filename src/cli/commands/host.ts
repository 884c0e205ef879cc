import type { Command } from 'commander';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import { printableLine } from '../terminal.ts';

/** What a table of commands is handed to add its commands. */
export interface CommandHost {
  readonly program: Command;
  readonly context: CommandContext;
  /** Takes the exit code of the command that ran. */
  finish(exit: number): void;
}

/** The options of every command that talks to a server. */
export function withServer(command: Command): Command {
  return command
    .option('--server <url>', 'the server; else SLUICE_SERVER, the profile, or the one here')
    .option('--key-file <file>', 'a file with the API key; - reads standard input');
}

/** As `withServer`, for commands that can print one JSON document. */
export function withServerAndJson(command: Command): Command {
  return withServer(command).option('--json', 'print one JSON document', false);
}

const VALUES_MAX = 1_000;

/** Gathers an option that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  if (before.length >= VALUES_MAX) {
    throw new AppError('USAGE', {
      message: `an option is given more than ${VALUES_MAX} times`,
      remedy: 'Put inputs into a file and give it with --inputs.',
    });
  }
  return [...before, value];
}

/** Reads an option that is a whole number. Errors: USAGE. */
export function wholeNumber(
  option: string,
  bounds: { readonly min: number; readonly max: number },
): (text: string) => number {
  const { min, max } = bounds;
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new AppError('USAGE', {
      message: `${option} takes a whole number from ${min} to ${max}, but got "${printableLine(text, 40)}"`,
      remedy: `Write for example ${option} ${Math.max(min, 1)}.`,
    });
  };
}

/** Bounds of a version of a flow. */
export const VERSION = { min: 1, max: 1_000_000_000 } as const;
