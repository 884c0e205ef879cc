// `npm test [-- words for vitest]`: makes the clone ready, runs the tests, and ends with the counts
// alone on a line. Exit 1 when a test failed or none could run.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureReady } from './prepare.js';
import { run, runInstalled, runMain } from './run-process.js';
import { printCounts } from './terminal.js';

/** Debian packages that some tests compare with; without them those tests are skipped. */
const DEBIAN_PACKAGES = [
  {
    name: 'python3-jinja2',
    probe: ['python3', ['-c', 'import jinja2']],
    without: 'templates are not compared with those of Jinja2',
  },
  {
    name: 'openssl',
    probe: ['openssl', ['version']],
    without: 'nothing is tried with certificates',
  },
  {
    name: 'bubblewrap',
    probe: ['bwrap', ['--version']],
    without: 'code runs in no jail, and Python not at all',
  },
  {
    name: 'python3',
    probe: ['/usr/bin/python3', ['--version']],
    without: 'Python is tried nowhere',
  },
  {
    name: 'redis-server',
    probe: ['redis-server', ['--version']],
    without: 'limits are not tried over several servers',
  },
  {
    name: 'python3-pandas',
    probe: ['/usr/bin/python3', ['-c', 'import numpy, pandas']],
    without: 'Python is not tried with tables and numbers',
  },
];
const APT_TIMEOUT_MS = 180_000;

/**
 * Installs what is missing where that is possible, and says what will be skipped where it is not.
 */
async function preparePackages() {
  for (const { name, probe, without } of DEBIAN_PACKAGES) {
    if (await works(probe)) continue;
    if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) await installDebian(name);
    if (!(await works(probe))) console.log(`Without ${name}, ${without}.`);
  }
}

async function works([command, words]) {
  return (await run(command, words, { capture: true })).exit === 0;
}

async function installDebian(name) {
  console.log(`Installing ${name} for the tests ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { capture: true, env, timeoutMs: APT_TIMEOUT_MS };
  const words = ['install', '--yes', '--no-install-recommends', name];
  if ((await run('apt-get', words, options)).exit === 0) return;
  // A fresh image has no package lists yet.
  await run('apt-get', ['update'], options);
  await run('apt-get', words, options);
}

/**
 * Passed, failed and skipped tests from vitest's JSON report; a file that did not load is a
 * failure.
 */
export function countTests(report) {
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

async function main(words) {
  await ensureReady();
  await preparePackages();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  const file = join(folder, 'report.json');
  try {
    const { exit } = await runInstalled('vitest', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
      ...words,
    ]);
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    const counts = report ? countTests(report) : { passed: 0, failed: 1, skipped: 0 };
    // Vitest also ends with an error for what happens outside of tests: that is one failure more.
    if (exit !== 0 && counts.failed === 0) counts.failed = 1;
    printCounts(counts);
    process.exitCode = counts.failed > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await runMain(import.meta.url, main);
