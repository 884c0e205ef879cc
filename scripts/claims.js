// The promises of the five security guides, each with its state: `node scripts/claims.js` prints
// them as JSON. A state is never typed in: it follows from the names of the tests. Node built-ins
// only.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, runInstalled, runMain, Stop } from './run-process.js';

const TABLE = 'docs/claims.tsv';
const NOTES = 'docs/claims-notes.tsv';
/** The file in dist that a build keeps for a place without the tests. */
export const BUILT_CLAIMS = 'claims.json';

/** `G1.011` stands at the beginning of the name that `it`, `test` or their `each` is given. */
const NAMED = /(?:\b(?:it|test)(?:\.\w+)*|\))\(\s*['"`]((?:G\d\.\d{3}\s+)+)/g;
const ID = /G\d\.\d{3}/g;
const RUN_TIMEOUT_MS = 15 * 60_000;

/**
 * All claims in the order of the table: {id, guide, section, claim, check, state, tests, note?}.
 * `tests` are the files whose tests name the id. A claim is `held` when a test names it, `differs`
 * when a test and a note say what holds instead, else `open`. Without the repository it is what
 * the build found.
 */
export function readClaims(root = ROOT) {
  if (!existsSync(`${root}/${TABLE}`) || !existsSync(`${root}/test`)) {
    return JSON.parse(read(root, `dist/${BUILT_CLAIMS}`));
  }
  const texts = testFiles(root).map((path) => ({ path, text: read(root, path) }));
  return deriveClaims(tableRows(read(root, TABLE)), tableRows(read(root, NOTES)), texts);
}

/** Pure: the claims from the rows of both tables and the texts of the tests. */
export function deriveClaims(rows, notes, texts) {
  const tests = new Map();
  for (const { path, text } of texts) {
    for (const id of namedClaims(text)) tests.set(id, [...(tests.get(id) ?? []), path]);
  }
  const noteOf = new Map(notes.map((note) => [note.id, note]));
  return rows.map((row) => {
    const found = tests.get(row.id) ?? [];
    const note = noteOf.get(row.id);
    const held = note?.kind === 'differs' ? 'differs' : 'held';
    const state = found.length === 0 ? 'open' : held;
    return { ...row, state, tests: found, ...(note === undefined ? {} : { note: note.note }) };
  });
}

/** The ids that tests of this text are named after, each once. */
export function namedClaims(text) {
  const ids = [...text.matchAll(NAMED)].flatMap(([, names]) => names.match(ID));
  return [...new Set(ids)].sort();
}

/** Rows of a table with tabs, as objects by the names of its first line. */
export function tableRows(text) {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

/**
 * Runs the tests in test/claims and gives {passed, failed}: ids of claims. A claim fails when one
 * test that names it fails. Throws Stop where the tests cannot run.
 */
export async function runClaims(root = ROOT) {
  if (!existsSync(`${root}/test/claims`) || !existsSync(`${root}/node_modules/.bin/vitest`)) {
    throw new Stop('The tests run in a clone of the repository with its dependencies installed.');
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
  const file = join(folder, 'report.json');
  try {
    const words = ['run', 'test/claims', '--reporter=json', `--outputFile=${file}`];
    const options = { cwd: root, capture: true, timeoutMs: RUN_TIMEOUT_MS };
    const { err } = await runInstalled('vitest', words, options);
    if (!existsSync(file)) throw new Stop(`The tests did not run: ${err.trim().slice(-2_000)}`);
    return outcomes(JSON.parse(readFileSync(file, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomes(report) {
  const passed = new Set();
  const failed = new Set();
  for (const { name, status, assertionResults } of report.testResults) {
    const isWholeFile = status === 'failed' && !assertionResults.some(isFailure);
    // A file that does not load, or breaks outside of its tests, proves none of its claims.
    if (isWholeFile) for (const id of namedClaims(readFileSync(name, 'utf8'))) failed.add(id);
    for (const test of assertionResults) {
      if (test.status !== 'passed' && !isFailure(test)) continue;
      for (const id of idsOf(test.title)) (isFailure(test) ? failed : passed).add(id);
    }
  }
  const good = [...passed].filter((id) => !failed.has(id)).sort();
  return { passed: good, failed: [...failed].sort() };
}

function idsOf(title) {
  return /^(?:G\d\.\d{3}\s+)+/.exec(title)?.[0].match(ID) ?? [];
}

function isFailure({ status }) {
  return status === 'failed';
}

/** The page docs/reference/claims.md, in Markdown. */
export function describeClaims(claims = readClaims()) {
  const guides = [...new Set(claims.map(({ guide }) => guide))];
  const sections = guides.map((guide, index) => {
    const rows = claims.filter((claim) => claim.guide === guide).map(rowOf);
    return `\n## Guide ${index + 1}: ${guide}\n\n${HEAD}\n${rows.join('\n')}\n`;
  });
  return `${INTRODUCTION}\n${totals(claims)}\n${sections.join('')}`;
}

const INTRODUCTION = `# Claims

<!-- Generated by \`npm run generate\` from docs/claims.tsv, docs/claims-notes.tsv and the names of
the tests; edit there. -->

What the security guides of five systems promise, and whether Sluice keeps it. A claim is held when
a test is named after it, and that test fails once the guard behind it is taken away. One that
differs cannot hold as it is written; its note says what holds instead. \`sluice verify\` prints
this table, and \`sluice verify --run\` runs its tests.
`;
const HEAD =
  '| Claim | Section | What is promised | State | Shown by |\n| --- | --- | --- | --- | --- |';

function totals(claims) {
  const count = (state) => claims.filter((claim) => claim.state === state).length;
  const counts = `${count('held')} held, ${count('differs')} differ, ${count('open')} open`;
  return `${claims.length} claims: ${counts}.`;
}

function rowOf({ id, section, claim, state, tests, note }) {
  const shown = tests.map((path) => `\`${path}\``).join('<br>');
  const words = note === undefined ? claim : `${claim} — ${note}`;
  return `| ${[id, section, words, state, shown].map(cell).join(' | ')} |`;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<script', '&lt;script');
}

function testFiles(root) {
  const found = [];
  const visit = (folder) => {
    for (const entry of readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (path.endsWith('.test.ts')) found.push(path);
    }
  };
  visit('src');
  visit('test');
  return found.sort();
}

function read(root, path) {
  return readFileSync(`${root}/${path}`, 'utf8');
}

await runMain(import.meta.url, async () => {
  console.log(JSON.stringify(readClaims(), null, 2));
});
