import type { ConfigReport, SettingsProblem } from '../config/index.ts';
import type { ConfigContext } from './config-local.ts';
import { printable, styled, type Terminal } from './terminal.ts';

export interface ConfigCheckOptions {
  /** Judge what `sluice worker` needs instead of `sluice start`. */
  readonly worker: boolean;
  readonly json: boolean;
}

/**
 * `sluice config check`: judges the settings without starting anything. 0 when the server would
 * start with them, 1 when not; warnings alone are 0. Problems and warnings go to standard error,
 * each with its remedy, and the verdict to standard output; with `json` one document goes there.
 */
export async function configCheckCommand(
  { terminal, local }: ConfigContext,
  options: ConfigCheckOptions,
): Promise<number> {
  const report = local.checkConfig({ kind: options.worker ? 'worker' : 'server' });
  const exit = report.isGood ? 0 : 1;
  if (options.json) {
    terminal.out(`${JSON.stringify(documentOf(report), null, 2)}\n`);
    return exit;
  }
  for (const problem of report.problems) terminal.err(textOf(terminal, 'problem', problem));
  for (const warning of report.warnings) terminal.err(textOf(terminal, 'warning', warning));
  terminal.out(`${verdict(terminal, report)}\n`);
  return exit;
}

function documentOf(report: ConfigReport) {
  const plain = ({ name, source, message, remedy }: SettingsProblem) => {
    return { name, source, message, remedy };
  };
  return {
    valid: report.isGood,
    for: report.kind,
    environment: report.isProduction ? 'production' : 'development',
    problems: report.problems.map(plain),
    warnings: report.warnings.map(plain),
  };
}

function textOf(terminal: Terminal, kind: 'problem' | 'warning', found: SettingsProblem): string {
  const label = styled(terminal, kind === 'problem' ? 'red' : 'yellow', kind);
  const isNowhere = found.source === 'default' || found.message.startsWith(found.source);
  const place = isNowhere ? '' : `${printable(found.source)}: `;
  return `${label}: ${place}${printable(found.message)}\n  ${printable(found.remedy)}\n\n`;
}

function verdict(terminal: Terminal, report: ConfigReport): string {
  const { problems, warnings, kind, isProduction } = report;
  const command = kind === 'server' ? 'sluice start' : 'sluice worker';
  const counts = [counted(problems.length, 'problem'), counted(warnings.length, 'warning')]
    .filter((text) => text !== '')
    .join(', ');
  const told = counts === '' ? '' : ` (${counts})`;
  const place = isProduction ? ' in production' : '';
  return report.isGood
    ? `${styled(terminal, 'green', 'good')}: ${command} can use these settings${place}${told}`
    : `${styled(terminal, 'red', 'not good')}: mend the problem${problems.length === 1 ? '' : 's'} first${told}`;
}

function counted(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}
