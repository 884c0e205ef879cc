// Which files belong to the repository, and what is staged. Without git (an unpacked archive) all
// files count that are not made by tools.
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT, run } from './run-process.js';

const MADE_BY_TOOLS = new Set(['.git', '.cache', 'node_modules', 'dist', 'coverage', 'data']);
const TEXT_BYTES_MAX = 2 * 1024 * 1024;

/** Paths from the root, sorted: what git tracks, and new files that it would not ignore. */
export async function trackedFiles() {
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const { exit, out } = await run('git', words, { capture: true });
  const paths = exit === 0 ? splitNames(out) : walk('');
  return paths.sort();
}

/**
 * Each tracked text file; binary, very large and deleted files are left out.
 * @returns {Promise<{path: string, text: string}[]>}
 */
export async function trackedTexts() {
  const paths = await trackedFiles();
  return paths.flatMap((path) => {
    const text = readText(path);
    return text === undefined ? [] : [{ path, text }];
  });
}

/**
 * What the next commit would add or change.
 * @returns {Promise<{path: string, text: string}[]>}
 */
export async function stagedTexts() {
  const words = ['diff', '--cached', '--name-only', '-z', '--diff-filter=ACMRT'];
  const { exit, out, err } = await run('git', words, { capture: true });
  if (exit !== 0) throw new Error(`git cannot tell what is staged: ${err.trim()}`);
  const texts = [];
  for (const path of splitNames(out)) {
    const blob = await run('git', ['show', `:${path}`], { capture: true });
    // Exit 128: a submodule, which has no text of its own.
    if (blob.exit === 0 && isText(blob.out)) texts.push({ path, text: blob.out });
  }
  return texts;
}

function splitNames(output) {
  return output.split('\0').filter((path) => path !== '');
}

function isText(text) {
  return text.length <= TEXT_BYTES_MAX && !text.includes('\0');
}

function readText(path) {
  try {
    const text = readFileSync(`${ROOT}/${path}`, 'utf8');
    return isText(text) ? text : undefined;
  } catch (error) {
    // Tracked and deleted in the working tree, a link to nowhere, or a folder of its own.
    if (['ENOENT', 'EISDIR', 'ELOOP'].includes(error.code)) return undefined;
    throw error;
  }
}

function walk(folder) {
  return readdirSync(`${ROOT}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    if (MADE_BY_TOOLS.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() ? [path] : [];
  });
}
