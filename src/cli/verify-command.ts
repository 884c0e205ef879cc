import type { JailPosture } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { jailText } from './jail-text.ts';
import { styled, type Terminal, tellDocument } from './terminal.ts';
import { textTable } from './text-table.ts';

/** A promise of one of the security guides, and whether it is kept here. */
export interface Claim {
  /** Such as `G1.011`: guide 1, claim 11. */
  readonly id: string;
  readonly guide: string;
  readonly section: string;
  readonly claim: string;
  /** How it is tried, in words. */
  readonly check: string;
  readonly state: ClaimState;
  /** Files of the tests that are named after it, from the root of the repository. */
  readonly tests: readonly string[];
  /** Where it cannot hold as it is written: why, and what holds instead. */
  readonly note?: string;
}

/** Every state that a claim can have. */
export const CLAIM_STATES = ['held', 'differs', 'open'] as const;

export type ClaimState = (typeof CLAIM_STATES)[number];

/** The table of claims; handed in by the script that starts the command. */
export interface Claims {
  /** In the order of the table. */
  readClaims(): readonly Claim[];
  /** Runs the tests of the claims; ids by outcome. Rejects where the tests are not here. */
  runClaims(): Promise<{ readonly passed: readonly string[]; readonly failed: readonly string[] }>;
}

/** What `sluice verify` needs of the context. */
export interface VerifyContext {
  readonly terminal: Terminal;
  /** Loaded when it is asked for; absent where the program is bundled without its scripts. */
  readonly claims?: () => Promise<Claims>;
  /** How code is held on this machine; absent where this program runs none. */
  readonly posture?: () => Promise<JailPosture>;
}

export interface VerifyOptions {
  readonly all: boolean;
  readonly json: boolean;
  readonly run: boolean;
  readonly guide?: number;
  readonly state?: ClaimState;
}

type Outcomes = ReadonlyMap<string, 'passed' | 'failed'>;

/**
 * `sluice verify`: the claims of the guides with their states, and with `run` the outcome of their
 * tests; then how code is held here. 1 when a test fails; an open claim is no failure. Without the
 * table it tells how code is held alone. Errors: USAGE where there is neither, where claims are
 * asked for that are not there, or where their tests cannot run.
 */
export async function verifyCommand(
  context: VerifyContext,
  options: VerifyOptions,
): Promise<number> {
  const { terminal, claims, posture } = context;
  if (claims !== undefined) return verifyClaims(context, await claims(), options);
  if (posture === undefined || asksForClaims(options)) {
    throw new AppError('USAGE', {
      message: 'the table of claims is not part of this installation',
      remedy: 'Run sluice verify in a clone of the repository.',
    });
  }
  const sandbox = await posture();
  if (options.json) tellDocument(terminal, { sandbox });
  else terminal.out(jailText(terminal, sandbox));
  return 0;
}

function asksForClaims({ all, run, guide, state }: VerifyOptions): boolean {
  return all || run || guide !== undefined || state !== undefined;
}

async function verifyClaims(
  { terminal, posture }: VerifyContext,
  table: Claims,
  options: VerifyOptions,
): Promise<number> {
  const chosen = table.readClaims().filter((claim) => isChosen(claim, options));
  if (options.run && !options.json) terminal.err('running the tests of the claims ...\n');
  const outcomes = options.run ? await outcomesOf(table) : new Map();
  const failed = chosen.filter(({ id }) => outcomes.get(id) === 'failed');
  if (!options.json) tell(terminal, chosen, { ...options, outcomes });
  const sandbox = await posture?.();
  if (options.json) {
    const document = documentOf(chosen, outcomes, options.run);
    tellDocument(terminal, { ...document, ...(sandbox === undefined ? {} : { sandbox }) });
  } else if (sandbox !== undefined) terminal.out(`\n${jailText(terminal, sandbox)}`);
  return failed.length === 0 ? 0 : 1;
}

function isChosen({ id, state }: Claim, options: VerifyOptions): boolean {
  const isOfGuide = options.guide === undefined || id.startsWith(`G${options.guide}.`);
  return isOfGuide && (options.state === undefined || state === options.state);
}

async function outcomesOf(table: Claims): Promise<Outcomes> {
  const { passed, failed } = await table.runClaims().catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('USAGE', {
      message: `the tests of the claims cannot run: ${why}`,
      remedy: 'Run sluice verify --run in a clone of the repository, after npm ci.',
      cause,
    });
  });
  return new Map([
    ...passed.map((id) => [id, 'passed'] as const),
    ...failed.map((id) => [id, 'failed'] as const),
  ]);
}

function documentOf(claims: readonly Claim[], outcomes: Outcomes, hasRun: boolean) {
  return {
    counts: countsOf(claims),
    claims: claims.map((claim) => {
      const outcome = outcomes.get(claim.id) ?? 'not run';
      return hasRun ? { ...claim, outcome } : claim;
    }),
  };
}

function tell(
  terminal: Terminal,
  claims: readonly Claim[],
  options: VerifyOptions & { readonly outcomes: Outcomes },
): void {
  const { held, differs, open } = countsOf(claims);
  const headline = `${claims.length} claims: ${held} held, ${differs} differ, ${open} open`;
  terminal.out(`${styled(terminal, 'bold', headline)}\n`);
  if (claims.length === 0) return;
  terminal.out('\n');
  terminal.out(
    options.all || options.run ? listed(terminal, claims, options) : summed(terminal, claims),
  );
  const differing = claims.filter(({ state, note }) => state === 'differs' && note !== undefined);
  if (!options.all || differing.length === 0) return;
  terminal.out('\n');
  for (const { id, note } of differing) terminal.out(`${id} differs: ${note}\n`);
}

function summed(terminal: Terminal, claims: readonly Claim[]): string {
  const sections = new Map<string, Claim[]>();
  for (const claim of claims) {
    const name = `${claim.guide}\t${claim.section}`;
    sections.set(name, [...(sections.get(name) ?? []), claim]);
  }
  const rows = [...sections].map(([name, members]) => {
    const { held, differs, open } = countsOf(members);
    return [...name.split('\t'), String(held), String(differs), String(open)];
  });
  const number = (title: string) => ({ title, isNumber: true });
  const columns = [
    { title: 'guide' },
    { title: 'section', mayShrink: true },
    ...['held', 'differ', 'open'].map(number),
  ];
  return textTable(terminal, columns, rows);
}

function listed(
  terminal: Terminal,
  claims: readonly Claim[],
  { run, outcomes }: { readonly run: boolean; readonly outcomes: Outcomes },
): string {
  const rows = claims.map(({ id, state, claim, tests }) => [
    id,
    state,
    ...(run ? [outcomes.get(id) ?? '-'] : []),
    claim,
    tests.join(', '),
  ]);
  const columns = [
    { title: 'claim' },
    { title: 'state' },
    ...(run ? [{ title: 'test' }] : []),
    { title: 'promise', mayShrink: true },
    { title: 'shown by', mayShrink: true },
  ];
  return textTable(terminal, columns, rows);
}

function countsOf(claims: readonly Claim[]): Readonly<Record<ClaimState, number>> {
  const counts = { held: 0, differs: 0, open: 0 };
  for (const { state } of claims) counts[state] += 1;
  return counts;
}
