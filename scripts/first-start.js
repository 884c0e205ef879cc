// What happens once for a clone: the key is shown, with the admin that the server has made, and the
// examples become flows. A note of how far it came lies in .cache, so that a first start that was
// interrupted is finished by the next.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-process.js';

const NOTE = `${ROOT}/.cache/first-start`;
const ANSWER_MS = 10_000;

/** Before .env is written: from now on the key has to be shown, then the examples to be put. */
export function beginFirstStart() {
  mkdirSync(`${ROOT}/.cache`, { recursive: true });
  writeFileSync(NOTE, 'key\n');
}

/** What is left to do: 'key', then 'examples'; undefined when nothing is. */
export function firstStartStage() {
  try {
    return readFileSync(NOTE, 'utf8').trim() === 'key' ? 'key' : 'examples';
  } catch {
    return undefined; // There is no note: a first start is not under way.
  }
}

/** Noted before the key is printed: an interruption may hide it, and never prints it twice. */
export function keyIsShown() {
  writeFileSync(NOTE, 'examples\n');
}

export function endFirstStart() {
  rmSync(NOTE, { force: true });
}

/**
 * Makes a flow of each example whose name is not taken, and puts what they read into the workspace
 * of the account's flows. Gives {names}, or {failure} in words where the server did not take one.
 */
export async function putExamples({ listens, dataDir, key }) {
  const { exampleNames } = await import('../examples/run.js');
  const workspace = join(dataDir, 'files', 'default');
  const names = exampleNames();
  try {
    const there = await ask(`${listens}/api/v1/flows?limit=100`, key);
    const taken = new Set(there.items.map(({ name }) => name));
    for (const name of names) {
      copyData(join(ROOT, 'examples', name), workspace);
      const source = readFileSync(join(ROOT, 'examples', name, 'flow.yaml'), 'utf8');
      if (!taken.has(name)) await ask(`${listens}/api/v1/flows`, key, { source });
    }
    // The licence report reads it.
    cpSync(`${ROOT}/package-lock.json`, join(workspace, 'package-lock.json'));
    return { names };
  } catch (error) {
    return { names: [], failure: error.message };
  }
}

async function ask(url, key, body) {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'X-API-Key': key, ...(body && { 'Content-Type': 'application/json' }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const document = await answer.json();
  if (!answer.ok) throw new Error(document.error?.message ?? `the server answers ${answer.status}`);
  return document;
}

/** What a person has put there already stays as it is. */
function copyData(home, workspace) {
  mkdirSync(workspace, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(home, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === 'out') continue;
    cpSync(join(home, entry.name), join(workspace, entry.name), { recursive: true, force: false });
  }
}
