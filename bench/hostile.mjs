// `node bench/hostile.mjs [words]`: what hostile code does to a real server. For each flood: how
// near to its limit it ended (aim: 1.2 times), what /health answered meanwhile (aim: under 50 ms,
// beside the same question to an idle server), and whether the next call works. `--json` prints one
// line of JSON instead. Exit 1 when a next call failed.
import { benchPostgres } from './support/postgres.mjs';
import { sluiceServer } from './support/sluice-server.mjs';

const TIMEOUT_MS = 1_000;
const ASK_EACH_MS = 5;
const IDLE_MS = 1_000;
const CALLS_AT_ONCE = 2;

const FLOODS = [
  ['javascript', 'endless loop', 'while (true);'],
  ['javascript', 'regular expression', 'return /^(a+)+$/.test("a".repeat(60) + "!")'],
  ['javascript', 'sparse built-in', 'return [].includes.call({ length: 2 ** 53 - 1 }, 1)'],
  ['javascript', 'sparse join', 'const a = []; a.length = 4e9; return a.join()'],
  ['javascript', 'deep JSON.parse', 'for (;;) { try { JSON.parse("[".repeat(2e5)); } catch {} }'],
  ['javascript', 'memory', 'const a = []; for (;;) a.push("x".repeat(1e6) + a.length)'],
  ['javascript', 'output', 'return Array.from({ length: 2e6 }, () => "01234567")'],
  ['javascript', 'log', 'for (;;) console.log("x".repeat(1e4))'],
  ['javascript', 'promises', '(function f() { Promise.resolve().then(f); })(); for (;;) await 1'],
  ['python', 'endless loop', 'while True:\n    pass'],
  [
    'python',
    'loop that catches',
    'while True:\n    try:\n        while True: pass\n    except: pass',
  ],
  ['python', 'regular expression', 'import re\nresult = re.match("(a+)+$", "a" * 60 + "!")'],
  ['python', 'huge number', 'result = len(str(10 ** 10 ** 8))'],
  ['python', 'deep json.loads', 'import json\nresult = json.loads("[" * 10**7)'],
  ['python', 'memory', 'a = []\nwhile True: a.append("x" * 10**6 + str(len(a)))'],
  ['python', 'output', 'result = ["01234567"] * 2_000_000'],
  ['python', 'log', 'while True: print("x" * 10_000)'],
  ['python', 'processes', 'import os\nwhile True: os.fork()'],
  ['python', 'files', 'i = 0\nwhile True: open(f"/tmp/{i}", "w")'],
];
const GOOD = { javascript: 'return 6 * 7', python: 'result = 6 * 7' };

function flowOf(name, language, code) {
  const config = { code, timeout: `${TIMEOUT_MS}ms` };
  const nodes = { it: { type: language, config } };
  return JSON.stringify({ name, nodes, outputs: { value: 'it' } });
}

/** Saves the flow; undefined where it is refused, with the first problem. */
async function saved(server, name, [language, , code]) {
  try {
    const source = flowOf(name, language, code);
    return { id: (await server.request('POST', '/api/v1/flows', { source })).id };
  } catch (error) {
    const code = [...error.message.matchAll(/"code":"([A-Z_]+)"/g)].at(-1)?.[1];
    return { refused: code ?? error.message.slice(0, 80) };
  }
}

/** Runs a saved flow to its end and gives what the step record keeps. */
async function runOnce(server, id) {
  const path = `/api/v1/flows/${id}/execute?wait=60s`;
  const startedAt = performance.now();
  const ended = await server.request('POST', path, { inputs: {} });
  const ms = performance.now() - startedAt;
  const execution = ended.executionId ?? ended.id;
  const { items = [] } = await server.request('GET', `/api/v1/executions/${execution}/steps`);
  const [step] = items;
  return { ms, outcome: step?.error?.code ?? step?.status, event: step?.events?.[0] };
}

/** Asks /health without a pause for as long as the work takes, and gives the times sorted. */
async function whileAsking(server, work) {
  const times = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const startedAt = performance.now();
      await (await fetch(`${server.address}/health`)).text();
      times.push(performance.now() - startedAt);
      await new Promise((resolve) => setTimeout(resolve, ASK_EACH_MS));
    }
  })();
  const result = await work().finally(() => {
    isOver = true;
  });
  await asking;
  times.sort((left, right) => left - right);
  return { result, times };
}

const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
const shown = (ms) => (ms === undefined ? '' : ms.toFixed(1));

async function measure(server, flood, good) {
  const [language, name] = flood;
  const flow = await saved(server, `${language} ${name}`, flood);
  if (flow.refused !== undefined) return { language, name, outcome: `refused: ${flow.refused}` };
  const all = Array.from({ length: CALLS_AT_ONCE });
  const { result, times } = await whileAsking(server, () =>
    Promise.all(all.map(() => runOnce(server, flow.id))),
  );
  const longest = Math.max(...result.map(({ ms, event }) => event?.durationMs ?? ms));
  const next = await runOnce(server, good[language]);
  return {
    language,
    name,
    outcome: result[0].outcome,
    limit: result[0].event?.limit ?? '',
    ms: longest,
    ratio: longest / TIMEOUT_MS,
    healthP99: at(times, 0.99),
    healthMax: times.at(-1),
    next: next.outcome,
    nextMs: next.ms,
  };
}

function row(found) {
  const { language, name, outcome, limit, ms, ratio, healthP99, healthMax, next, nextMs } = found;
  const cells = [
    `${language} ${name}`.padEnd(30),
    `${outcome}${limit ? ` (${limit})` : ''}`.padEnd(26),
    shown(ms).padStart(8),
    (ratio === undefined ? '' : ratio.toFixed(2)).padStart(6),
    shown(healthP99).padStart(8),
    shown(healthMax).padStart(8),
    `${next ?? ''} ${shown(nextMs)}`.padStart(18),
  ];
  return cells.join(' ');
}

async function main(words) {
  const isJson = words.includes('--json');
  const wanted = words.filter((word) => !word.startsWith('--'));
  const floods = FLOODS.filter(
    ([language, name]) =>
      wanted.length === 0 || wanted.some((word) => `${language} ${name}`.includes(word)),
  );
  const postgres = await benchPostgres();
  const server = await sluiceServer({ env: { DATABASE_URL: postgres.url } });
  const rows = [];
  try {
    const good = {};
    for (const language of Object.keys(GOOD)) {
      good[language] = (await saved(server, `good ${language}`, [language, '', GOOD[language]])).id;
      if (good[language] !== undefined) await runOnce(server, good[language]);
    }
    const idle = await whileAsking(
      server,
      () => new Promise((resolve) => setTimeout(resolve, IDLE_MS)),
    );
    const quiet = { healthP99: at(idle.times, 0.99), healthMax: idle.times.at(-1) };
    if (!isJson) {
      console.log(
        `${'flood'.padEnd(30)} ${'ended with'.padEnd(26)}       ms  ratio  health ms p99, max  next call ms`,
      );
      console.log(row({ language: 'nothing:', name: 'an idle server', outcome: '', ...quiet }));
    }
    for (const flood of floods) {
      if (good[flood[0]] === undefined) continue;
      const found = await measure(server, flood, good);
      rows.push(found);
      if (!isJson) console.log(row(found));
    }
    if (isJson) console.log(JSON.stringify({ timeoutMs: TIMEOUT_MS, quiet, rows }));
  } finally {
    await server.close();
    await postgres.close();
  }
  const broken = rows.filter(({ next }) => next !== undefined && next !== 'completed');
  if (broken.length > 0) process.exitCode = 1;
}

await main(process.argv.slice(2));
