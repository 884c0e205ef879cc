import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { RemoteOptions } from '../flows/read-commands.ts';
import { connect } from '../server/connect.ts';
import { printableLine, styled, type Terminal, tellDocument } from '../terminal.ts';
import type { AuditCopyChain, AuditCopyReport } from './audit-copy.ts';
import { placeOf } from './export-pages.ts';

export interface AuditVerifyOptions extends RemoteOptions {
  /** A copy: AUDIT_COPY, or what `sluice audit export` wrote. */
  readonly file?: string;
  /** Whether the chain of the server is compared with the copy. */
  readonly compare: boolean;
}

/**
 * `sluice audit verify`: whether what was sealed is as it was. 0 intact, 1 not. A copy is checked
 * here, with the keys of the settings and nothing else; with `compare` the server's chain must also
 * hold all that the copy holds.
 */
export async function auditVerifyCommand(
  context: CommandContext,
  options: AuditVerifyOptions,
): Promise<number> {
  if (options.file !== undefined) return verifyFile(context, options.file, options);
  const { terminal, signal } = context;
  const client = await connect(context, options);
  const report = await client.verifyAudit({ signal });
  if (options.json) {
    tellDocument(terminal, report);
  } else {
    tellVerdict(
      terminal,
      report.isIntact,
      `${counted(report)}, ${report.unsealed} wait for a seal`,
    );
    if (report.firstBad !== undefined) tellBad(terminal, report.firstBad);
    terminal.out(`public key ${report.publicKey}\n`);
  }
  return verdict(report.isIntact, options, report.firstBad);
}

/** The exit code; for people as an error with its remedy. Errors: AUDIT_BROKEN. */
function verdict(
  isIntact: boolean,
  { json }: RemoteOptions,
  bad: { readonly sequence: number } | undefined,
): number {
  if (isIntact) return 0;
  if (json) return 1;
  const where = bad === undefined ? '' : `; the first bad record is ${bad.sequence}`;
  throw new AppError('AUDIT_BROKEN', { message: `what is there is not what was sealed${where}` });
}

async function verifyFile(
  context: CommandContext,
  file: string,
  options: AuditVerifyOptions,
): Promise<number> {
  const { terminal, auditCopy } = context;
  if (auditCopy === undefined) {
    throw new AppError('USAGE', { message: 'this program cannot read the copy of an audit' });
  }
  const report = await auditCopy(file);
  const compared = options.compare
    ? await compareWithServer(await connect(context, options), report, context.signal)
    : undefined;
  // Nothing is not a copy that was checked.
  const isIntact = report.lines > 0 && report.isIntact && compared?.problem === undefined;
  if (options.json) {
    tellDocument(terminal, { ...report, ...(compared && { compared }), isIntact });
  } else {
    tellCopy(terminal, report);
    if (compared !== undefined)
      tellVerdict(terminal, compared.problem === undefined, compared.text);
  }
  const bad = report.accounts.find((one) => !one.isIntact)?.firstBad ?? compared?.problem;
  return verdict(isIntact, options, bad);
}

function tellCopy(terminal: Terminal, report: AuditCopyReport): void {
  for (const chain of report.accounts) {
    tellVerdict(terminal, chain.isIntact, `account ${chain.account}: ${counted(chain)}`);
    if (chain.firstBad !== undefined) tellBad(terminal, chain.firstBad);
  }
  if (report.firstBadLine !== undefined) {
    tellVerdict(terminal, false, `line ${report.firstBadLine} is not as it was written`);
  }
  if (report.lines === 0) terminal.out('the copy is empty\n');
  terminal.out(`public key ${report.publicKey}\n`);
}

interface Counted {
  readonly checked: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly checkpoints: number;
}

function counted({ checked, firstSequence, lastSequence, checkpoints }: Counted): string {
  const range = checked === 0 ? '' : ` (${firstSequence} to ${lastSequence})`;
  return `${checked} records${range}, ${checkpoints} signed checkpoints`;
}

function tellVerdict(terminal: Terminal, isIntact: boolean, text: string): void {
  const word = isIntact ? styled(terminal, 'green', 'intact') : styled(terminal, 'red', 'broken');
  terminal.out(`${word}: ${printableLine(text, 500)}\n`);
}

function tellBad(
  terminal: Terminal,
  bad: { readonly sequence: number; readonly id?: string | undefined; readonly why: string },
): void {
  const id = bad.id === undefined ? '' : ` (${bad.id})`;
  terminal.out(
    `  first bad: record ${bad.sequence}${printableLine(id)}: ${printableLine(bad.why)}\n`,
  );
}

interface Compared {
  readonly account?: string;
  readonly text: string;
  /** The first place at which the server has less than the copy, or something else. */
  readonly problem?: { readonly sequence: number };
}

/**
 * Whether the chain that the server has now holds the rows of the copy. The seal of a row covers
 * all rows before it, so the last row that both have says it all; the rest finds the first one.
 */
async function compareWithServer(
  client: Client,
  copy: AuditCopyReport,
  signal: AbortSignal,
): Promise<Compared> {
  const { account } = await client.whoAmI({ signal });
  const chain = copy.accounts.find((one) => one.account === account);
  if (chain === undefined) {
    return { account, text: `the copy has nothing of the account ${account} of the server` };
  }
  const served = await client.verifyAudit({ signal });
  if (!served.isIntact) {
    const sequence = served.firstBad?.sequence ?? 0;
    return {
      account,
      text: `the server's own chain is broken at ${sequence}`,
      problem: { sequence },
    };
  }
  if (served.lastSequence < chain.lastSequence) {
    const sequence = served.lastSequence + 1;
    const text = `the server has no records ${sequence} to ${chain.lastSequence}: they were taken out`;
    return { account, text, problem: { sequence } };
  }
  return compareMacs(client, chain, { signal, firstServed: served.firstSequence });
}

async function compareMacs(
  client: Client,
  { account, lastSequence, lastMac }: AuditCopyChain,
  { signal, firstServed }: { readonly signal: AbortSignal; readonly firstServed: number },
): Promise<Compared> {
  if (firstServed > lastSequence) {
    return { account, text: 'the server has removed, with a signed cut, all that the copy holds' };
  }
  const after = Math.max(0, lastSequence - 1);
  const text = await client.exportAudit({ query: { afterSequence: after }, signal });
  const line = text.split('\n').find((one) => one.startsWith('{"kind":"record"'));
  const isSame = line !== undefined && placeOf(line) === lastSequence && macOf(line) === lastMac;
  if (isSame) return { account, text: `the server has all ${lastSequence} that the copy has` };
  return {
    account,
    text: `record ${lastSequence} of the server is another one than that of the copy`,
    problem: { sequence: lastSequence },
  };
}

function macOf(line: string): unknown {
  const record: unknown = JSON.parse(line);
  return typeof record === 'object' && record !== null && 'mac' in record ? record.mac : undefined;
}
