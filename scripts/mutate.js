// Tries the tests of the claims: `node scripts/mutate.js [ids or their beginnings]` takes one guard
// away at a time (test/mutations), in a copy of the repository, and names every claim whose tests
// do not notice. Exit 1 when there is one. Takes some seconds for each mutation.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readClaims } from './claims.js';
import { ROOT, run, runMain, Stop } from './run-process.js';

const COPIES = 2;
const STEP_TIMEOUT_MS = 180_000;
const NOT_COPIED = new Set(['.cache', '.git', 'data', 'dist', 'node_modules']);

/** The table in test/mutations; Node 20 cannot import TypeScript, so it is bundled first. */
export async function readMutations() {
  const esbuild = await import('esbuild');
  const file = `${ROOT}/.cache/mutations-${process.pid}.mjs`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    await esbuild.build({
      absWorkingDir: ROOT,
      entryPoints: ['test/mutations/mutations.ts'],
      outfile: file,
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'error',
    });
    return (await import(pathToFileURL(file).href)).MUTATIONS;
  } finally {
    rmSync(file, { force: true });
  }
}

/** A copy of the working tree that can be built and tested, with git's view of it. */
async function makeCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mutate-'));
  const filter = (path) => dirname(path) !== ROOT || !NOT_COPIED.has(basename(path));
  cpSync(ROOT, folder, { recursive: true, filter });
  symlinkSync(`${ROOT}/node_modules`, `${folder}/node_modules`);
  for (const words of [
    ['init', '--quiet'],
    ['add', '--all'],
  ]) {
    await run('git', words, { cwd: folder, capture: true });
  }
  await mustRun(folder, ['scripts/build.js']);
  return folder;
}

async function mustRun(folder, words) {
  const options = { cwd: folder, capture: true, timeoutMs: STEP_TIMEOUT_MS };
  const { exit, err } = await run(process.execPath, words, options);
  if (exit !== 0) throw new Stop(err.trim().slice(0, 500));
}

/** Applies one mutation, runs the tests of its claims, and takes it back: {green, broken?}. */
async function tryMutation(folder, { claims, file, find, replace }, filesOf) {
  const path = `${folder}/${file}`;
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) return { green: claims, broken: 'find is not there once' };
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
  try {
    await mustRun(folder, ['scripts/build.js']);
    const report = await testReport(folder, claims, filesOf(claims));
    const titles = report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => status === 'failed')
      .map(({ title }) => title);
    return { green: claims.filter((id) => !titles.some((title) => title.includes(id))) };
  } catch (error) {
    return { green: claims, broken: error.message };
  } finally {
    writeFileSync(path, text);
  }
}

/** A test that fails without a mutation would notice every one. */
async function mustPass(folder, mutations, filesOf) {
  const claims = mutations.flatMap((mutation) => mutation.claims);
  const report = await testReport(folder, [...new Set(claims)], filesOf(claims));
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === 'failed');
  if (report.success || failed.length === 0) return;
  const titles = failed.map(({ title }) => title).join('\n');
  throw new Stop(`These fail without a mutation:\n${titles}`);
}

async function testReport(folder, claims, files) {
  const corpora = process.env.CORPORA_DIR ?? resolve(ROOT, '../shared/corpora');
  const file = `${folder}/.cache/report.json`;
  rmSync(file, { force: true });
  const words = ['run', ...files, '-t', claims.join('|').replaceAll('.', '\\.')];
  await run(
    `${folder}/node_modules/.bin/vitest`,
    [...words, '--reporter=json', `--outputFile=${file}`],
    {
      cwd: folder,
      capture: true,
      env: { ...process.env, CORPORA_DIR: corpora },
      timeoutMs: STEP_TIMEOUT_MS,
    },
  );
  if (!existsSync(file)) throw new Stop('the tests did not run');
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function main(words) {
  const all = await readMutations();
  const isAsked = (id) => words.length === 0 || words.some((word) => id.startsWith(word));
  const waiting = all.filter(({ claims }) => claims.some(isAsked));
  const testsOf = new Map(readClaims().map(({ id, tests }) => [id, tests]));
  const filesOf = (ids) =>
    [...new Set(ids.flatMap((id) => testsOf.get(id) ?? []))].filter((path) =>
      path.startsWith('test/claims/'),
    );
  const red = new Set();
  const copies = await Promise.all(Array.from({ length: COPIES }, makeCopy));
  try {
    await mustPass(copies[0], waiting, filesOf);
    await Promise.all(
      copies.map(async (folder) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const { green, broken } = await tryMutation(folder, next, filesOf);
          for (const id of next.claims) if (!green.includes(id)) red.add(id);
          const outcome = green.length === 0 ? 'red  ' : `GREEN ${green.join(' ')}`;
          console.log(`${outcome} ${next.claims.join(' ')}: ${next.why}`);
          if (broken !== undefined) console.log(`      ${broken}`);
        }
      }),
    );
  } finally {
    for (const folder of copies) rmSync(folder, { recursive: true, force: true });
  }
  const ids = [...new Set(all.flatMap(({ claims }) => claims))].filter(isAsked);
  const unseen = ids.filter((id) => !red.has(id));
  console.log(`\n${ids.length - unseen.length} claims notice a mutation, ${unseen.length} do not`);
  if (unseen.length > 0) console.log(unseen.join(' '));
  process.exitCode = unseen.length > 0 ? 1 : 0;
}

await runMain(import.meta.url, main);
