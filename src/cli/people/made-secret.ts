import type { CommandContext } from '../command-context.ts';
import { printable, styled, tellDocument } from '../terminal.ts';

/** The options of commands that make a secret. */
export interface SecretOptions {
  readonly json: boolean;
  /** The secret alone on standard output, for a pipe. */
  readonly quiet: boolean;
}

/**
 * Shows a secret that the server made and keeps as a hash alone: this is the only time. With
 * `quiet` it stands alone on standard output and all else goes nowhere; with `json` it is a part
 * of the document.
 */
export function tellSecret(
  { terminal }: CommandContext,
  options: SecretOptions,
  told: {
    readonly document: unknown;
    /** What happened, as one line. */
    readonly line: string;
    /** Such as `key`; absent where none was made. */
    readonly secret?: { readonly name: string; readonly text: string; readonly next: string };
  },
): number {
  const { document, line, secret } = told;
  if (options.json) tellDocument(terminal, document);
  else if (options.quiet && secret !== undefined) terminal.out(`${printable(secret.text)}\n`);
  else {
    terminal.out(`${line}\n`);
    if (secret !== undefined) {
      const shown = styled(terminal, 'cyan', printable(secret.text));
      terminal.out(`\n  ${secret.name}  ${shown}\n\n`);
      terminal.out(`  Shown this once. ${secret.next}\n`);
    }
  }
  return 0;
}
