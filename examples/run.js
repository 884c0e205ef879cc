// Runs examples through the command line, as a person would, and compares with what is expected.
// `node examples/run.js [name...]`; also used by `npm start` and by the test suite.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const folder = dirname(fileURLToPath(import.meta.url));
const root = dirname(folder);
const command = join(root, 'bin', 'sluice.js');
const SERVICE_START_MS = 10_000;

/** Names of the examples: the folders here that hold a flow.yaml, sorted. */
export function exampleNames() {
  const entries = readdirSync(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return folders.filter((name) => existsSync(join(folder, name, 'flow.yaml'))).sort();
}

/**
 * Runs one example and gives {name, title, exit, document, expected, isAsExpected, commandLine}.
 * `document` is what `--json` printed; `expected` is undefined where the example has none.
 */
export async function runExample(name) {
  const home = join(folder, name);
  const service = existsSync(join(home, 'service.js')) ? await startService(home) : undefined;
  // Flows may write: they see a copy of their folder, so that no file here changes.
  const copy = mkdtempSync(join(tmpdir(), 'sluice-example-'));
  try {
    cpSync(home, copy, { recursive: true });
    const flow = join('examples', name, 'flow.yaml');
    const words = ['run', flow, ...workspaceOf(name, copy)];
    if (service !== undefined) words.push('--input', `base_url=${service.address}`);
    const { exit, out, err } = await runCommand([...words, '--json'], service);
    const document = parse(out, err);
    const expectedFile = join(home, 'expected.json');
    const expected = existsSync(expectedFile)
      ? JSON.parse(readFileSync(expectedFile, 'utf8'))
      : undefined;
    const isAsExpected =
      exit === 0 && (expected === undefined || isDeepStrictEqual(document.outputs, expected));
    const commandLine = commandLineOf(name, service !== undefined);
    return { name, title: titleOf(home), exit, document, expected, isAsExpected, commandLine };
  } finally {
    service?.stop();
    rmSync(copy, { recursive: true, force: true });
  }
}

/** How a person runs the example; a service is started first and its address allowed. */
function commandLineOf(name, hasService) {
  const folder = join('examples', name);
  const words = ['run', join(folder, 'flow.yaml'), ...workspaceOf(name, folder)];
  const run = `node bin/sluice.js ${words.join(' ')}`;
  if (!hasService) return run;
  const start = `node ${join(folder, 'service.js')} 4010 &`;
  return `${start} EGRESS_ALLOW=127.0.0.1 ${run} --input base_url=http://127.0.0.1:4010`;
}

/** The licence report reads the repository's own lock file; the others see their own folder. */
function workspaceOf(name, folder) {
  return name === 'licence-report' ? [] : ['--workspace', folder];
}

function titleOf(home) {
  const text = readFileSync(join(home, 'flow.yaml'), 'utf8');
  const described = /^description: (.+)$/m.exec(text);
  return described?.[1] ?? /^# (.+)$/m.exec(text)?.[1] ?? '';
}

function runCommand(words, service) {
  const env = { ...process.env };
  if (service !== undefined) env.EGRESS_ALLOW = new URL(service.address).host;
  const child = spawn(process.execPath, [command, ...words], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = [];
  const err = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit) => {
      resolve({ exit, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() });
    });
  });
}

function parse(out, err) {
  try {
    return JSON.parse(out);
  } catch {
    throw new Error(`the command printed no JSON document: ${out}${err}`);
  }
}

function startService(home) {
  const child = spawn(process.execPath, [join(home, 'service.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => child.kill();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error('the service of the example did not start'));
    }, SERVICE_START_MS);
    child.once('error', reject);
    child.stdout.once('data', (chunk) => {
      clearTimeout(timer);
      resolve({ address: chunk.toString().trim(), stop });
    });
  });
}

async function main(names) {
  let failures = 0;
  for (const name of names.length > 0 ? names : exampleNames()) {
    const result = await runExample(name);
    console.log(`${result.isAsExpected ? 'ok  ' : 'FAIL'} ${name}`);
    if (result.isAsExpected) continue;
    failures += 1;
    console.log(JSON.stringify(result.document, null, 2));
  }
  process.exitCode = failures > 0 ? 1 : 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
