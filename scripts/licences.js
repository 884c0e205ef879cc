// Which licences the installed packages have, and whether each is one that we may use.
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './run-process.js';

/** Licences that let anyone use, change and sell what contains the package. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

/** Each installed package that has no allowed licence: {name, licence}. */
export function refusedPackages() {
  return installedPackages().filter(({ licence }) => !isAllowed(licence));
}

/**
 * Every installed package, nested ones too.
 * @returns {{name: string, version: string, licence: string}[]}
 */
export function installedPackages(folder = `${ROOT}/node_modules`) {
  return packageFolders(folder).flatMap((path) => {
    const manifest = readManifest(path);
    const nested = installedPackages(`${path}/node_modules`);
    if (manifest?.name === undefined) return nested;
    const licence = licenceOf(manifest);
    return [{ name: manifest.name, version: manifest.version, licence }, ...nested];
  });
}

/**
 * Understands SPDX expressions of ids with OR, AND and brackets; `WITH` and SEE LICENSE are
 * refused.
 */
export function isAllowed(licence) {
  const words = licence.replace(/[()]/g, ' $& ').trim().split(/\s+/);
  let at = 0;
  const either = () => {
    let ok = all();
    while (words[at] === 'OR') {
      at += 1;
      ok = all() || ok;
    }
    return ok;
  };
  const all = () => {
    let ok = one();
    while (words[at] === 'AND') {
      at += 1;
      ok = one() && ok;
    }
    return ok;
  };
  const one = () => {
    const word = words[at];
    at += 1;
    if (word !== '(') return ALLOWED.has(word);
    const ok = either();
    at += 1;
    return ok;
  };
  return either() && at === words.length;
}

function licenceOf(manifest) {
  if (typeof manifest.license === 'string') return manifest.license;
  // Old packages: {type} or a list of such.
  const old = manifest.license ?? manifest.licenses;
  const list = Array.isArray(old) ? old : [old];
  return list.map((entry) => entry?.type ?? 'none').join(' OR ');
}

function packageFolders(folder) {
  return namesIn(folder).flatMap((name) => {
    if (name.startsWith('.')) return [];
    if (!name.startsWith('@')) return [`${folder}/${name}`];
    return namesIn(`${folder}/${name}`).map((inner) => `${folder}/${name}/${inner}`);
  });
}

function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    // Most packages have no node_modules of their own.
    return [];
  }
}

function readManifest(path) {
  try {
    return JSON.parse(readFileSync(`${path}/package.json`, 'utf8'));
  } catch {
    // A folder without a manifest is no package.
    return undefined;
  }
}
