// `npm run generate` writes the files that are made from the tables in src; with `--check` it
// writes nothing and fails where one is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describeClaims } from './claims.js';
import { importTypescript } from './import-typescript.js';
import { ROOT, runMain } from './run-process.js';

/** Each generated file: {path, text, isCurrent}. Needs the installed dependencies. */
export async function generatedFiles() {
  const claims = { path: 'docs/reference/claims.md', text: describeClaims() };
  const entry = await importTypescript('scripts/generate-entry.ts');
  const made = [...(await entry.generatedFiles()), claims];
  return made.map(({ path, text }) => ({ path, text, isCurrent: text === readText(path) }));
}

function readText(path) {
  try {
    return readFileSync(`${ROOT}/${path}`, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function main(words) {
  const isCheck = words.includes('--check');
  const files = await generatedFiles();
  for (const { path, text, isCurrent } of files) {
    if (isCheck && !isCurrent) console.log(`${path} is out of date: run npm run generate`);
    else if (!isCurrent) {
      mkdirSync(dirname(`${ROOT}/${path}`), { recursive: true });
      writeFileSync(`${ROOT}/${path}`, text);
      console.log(`wrote ${path}`);
    }
  }
  const isWrong = isCheck && files.some(({ isCurrent }) => !isCurrent);
  process.exitCode = isWrong ? 1 : 0;
}

await runMain(import.meta.url, main);
