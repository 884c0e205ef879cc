// `npm run check`: everything that can be judged without running the product. One line a check,
// then the counts; exit 1 when one failed. `npm run check -- secrets` runs those with that word in
// their names.
import { ensureReady, environmentForNpm, npm } from './prepare.js';
import { run, runInstalled, runMain, Stop } from './run-process.js';
import { printCounts, printOutcome } from './terminal.js';

const AUDIT_TIMEOUT_MS = 60_000;

/** Each check gives {outcome, note?, output?}; `output` is printed where it failed. */
const CHECKS = {
  'types (tsc)': () => fromProgram('tsc', ['--noEmit']),
  'style (biome)': () => fromProgram('biome', ['check', '--error-on-warnings']),
  'generated files are current': checkGenerated,
  'no secrets in the files': checkSecrets,
  'licences of the dependencies': checkLicences,
  'known vulnerabilities (npm audit)': checkAudit,
};

/** A check that breaks is a check that failed; the others still run. */
function asFailure(error) {
  return { outcome: 'failed', output: error instanceof Error ? error.message : String(error) };
}

async function fromProgram(name, words) {
  const { exit, out, err } = await runInstalled(name, words, { capture: true });
  return exit === 0 ? { outcome: 'passed' } : { outcome: 'failed', output: `${out}${err}` };
}

async function checkGenerated() {
  const { generatedFiles } = await import('./generate.js');
  const old = (await generatedFiles()).filter(({ isCurrent }) => !isCurrent);
  if (old.length === 0) return { outcome: 'passed' };
  const lines = old.map(({ path }) => `${path} is out of date: run npm run generate`);
  return { outcome: 'failed', output: lines.join('\n') };
}

async function checkSecrets() {
  const { scan } = await import('./secret-scan.js');
  const found = await scan();
  if (found.length === 0) return { outcome: 'passed' };
  const lines = found.map(({ path, line, rule }) => `${path}:${line}: looks like a ${rule}`);
  return { outcome: 'failed', output: lines.join('\n') };
}

async function checkLicences() {
  const { installedPackages, refusedPackages } = await import('./licences.js');
  const refused = refusedPackages();
  const note = `${installedPackages().length} packages`;
  if (refused.length === 0) return { outcome: 'passed', note };
  const lines = refused.map(({ name, licence }) => `${name}: ${licence} is not on the list`);
  return { outcome: 'failed', output: lines.join('\n') };
}

/** Skipped where the registry does not answer, or has no audit service: then nothing is known. */
async function checkAudit() {
  const [command, words] = npm(['audit', '--omit=dev', '--json']);
  const options = { capture: true, env: environmentForNpm(), timeoutMs: AUDIT_TIMEOUT_MS };
  const { out } = await run(command, words, options);
  const counts = vulnerabilityCounts(out);
  if (counts === undefined) {
    return { outcome: 'skipped', note: 'the registry did not answer the question' };
  }
  const { low = 0, info = 0, total = 0 } = counts;
  const serious = total - low - info;
  if (serious === 0)
    return { outcome: 'passed', note: total === 0 ? '' : `${total} of low weight` };
  return { outcome: 'failed', output: `${serious} of them matter: see npm audit --omit=dev` };
}

/** The counts of npm's report by weight; undefined where it is an error, or no report at all. */
export function vulnerabilityCounts(report) {
  try {
    return JSON.parse(report).metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
}

async function main(words) {
  await ensureReady({ needsBuild: false });
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const chosen = Object.entries(CHECKS).filter(([name]) =>
    words.every((word) => name.includes(word)),
  );
  if (chosen.length === 0) throw new Stop(`No check has ${words.join(' and ')} in its name.`);
  for (const [name, check] of chosen) {
    const startedAt = performance.now();
    const { outcome, note, output = '' } = await check().catch(asFailure);
    printOutcome(outcome, name, performance.now() - startedAt, note);
    if (outcome === 'failed') console.log(output.trim().replaceAll(/^/gm, '    '));
    counts[outcome] += 1;
  }
  printCounts(counts);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

await runMain(import.meta.url, main);
