// How long reading a flow takes and what it costs to refuse hostile documents, each in a process of
// its own: `node bench/language.mjs`. The documents come from the shared corpora, where these are.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CORPORA = process.env.CORPORA_DIR ?? join(ROOT, '../shared/corpora');
const ROUNDS = 5;

const folder = mkdtempSync(join(tmpdir(), 'bench-language-'));
try {
  await bundle();
  console.log('document             ms      MB over an idle process   answer');
  for (const { name, yaml } of documents()) console.log(row(name, measured(yaml)));
  console.log('\nreading a flow of 200 nodes');
  const { cold, warm } = measured(flowOf(200));
  console.log(`first ${cold.toFixed(1)} ms, later ${warm.toFixed(1)} ms`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function bundle() {
  await build({
    stdin: {
      contents:
        "export { compile } from './src/language/index.ts';\n" +
        "export { NODE_TYPES } from './src/nodes/index.ts';\n",
      resolveDir: ROOT,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(folder, 'language.mjs'),
    banner: {
      js:
        "import { createRequire } from 'node:module';\n" +
        'const require = createRequire(import.meta.url);',
    },
  });
  writeFileSync(
    join(folder, 'measure.mjs'),
    `import { readFileSync } from 'node:fs';
import { compile, NODE_TYPES } from ${JSON.stringify(pathToFileURL(join(folder, 'language.mjs')).href)};
const text = readFileSync(process.argv[2]);
const before = process.resourceUsage().maxRSS;
const times = [];
let compiled;
for (let round = 0; round < ${ROUNDS}; round += 1) {
  const start = performance.now();
  compiled = compile(text, { nodeTypes: NODE_TYPES });
  times.push(performance.now() - start);
  if (round === 0) globalThis.peak = process.resourceUsage().maxRSS;
}
const code = compiled.plan === undefined ? compiled.problems[0].code : 'accepted';
console.log(JSON.stringify({
  cold: times[0],
  warm: Math.min(...times.slice(1)),
  megabytes: (globalThis.peak - before) / 1024,
  code,
}));
`,
  );
}

function measured(text) {
  const file = join(folder, 'document');
  writeFileSync(file, text);
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(folder, 'measure.mjs'), file],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function documents() {
  const file = join(CORPORA, 'yaml/own-bombs.json');
  const bombs = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  if (bombs.length === 0) console.log(`(no ${file}: only the documents made here)`);
  const fill = (part) => part.repeat(Math.floor(1_000_000 / part.length));
  return [
    ...bombs,
    { name: '1 MB of [', yaml: fill('[') },
    { name: '1 MB of quotes', yaml: fill('"') },
    { name: '1 MB of ]', yaml: fill(']') },
    { name: '1 MB of numbers', yaml: `a: [${fill('1,')}]` },
    { name: '1 MB of anchors', yaml: fill('&a ') },
    { name: '1 MB of line breaks', yaml: fill('\n') },
  ];
}

function row(name, { cold, megabytes, code }) {
  const shown = [name.padEnd(18), cold.toFixed(1).padStart(7), megabytes.toFixed(1).padStart(9)];
  return `${shown.join(' ')}${' '.repeat(19)}${code}`;
}

function flowOf(count) {
  const nodes = Array.from({ length: count }, (_, index) => {
    const before = index === 0 ? '' : `    depends_on: [n${index - 1}]\n`;
    const text = index === 0 ? 'inputs.a' : `n${index - 1} | upper`;
    const config = `    config: {template: "Step ${index}: {{ ${text} }}"}\n`;
    return `  n${index}:\n    type: template\n${before}${config}`;
  });
  return `name: bench\ninputs: {a: string}\nnodes:\n${nodes.join('')}outputs: {z: n${count - 1}}\n`;
}
