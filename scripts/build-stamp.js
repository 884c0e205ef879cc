// Whether dist was built from the sources as they are now.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { ROOT } from './run-process.js';

const STAMP = 'stamp.txt';

/** True when dist holds a build of the present sources. */
export function isCurrent(folder = `${ROOT}/dist`) {
  if (!existsSync(`${folder}/main.js`) || !existsSync(`${folder}/${STAMP}`)) return false;
  return readFileSync(`${folder}/${STAMP}`, 'utf8') === currentStamp().text;
}

/** The stamp of the present sources, and the name of the file in dist that keeps it. */
export function currentStamp() {
  const hash = createHash('sha256');
  const others = ['scripts/build.js', 'scripts/programs.js', 'package-lock.json'];
  for (const path of [...sourceFiles(`${ROOT}/src`), ...others]) {
    const { size, mtimeMs } = statSync(`${ROOT}/${path}`);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return { file: STAMP, text: hash.digest('hex') };
}

function sourceFiles(folder) {
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...sourceFiles(path));
    else if (path.endsWith('.py') || (path.endsWith('.ts') && !path.endsWith('.test.ts'))) {
      found.push(path.slice(ROOT.length + 1));
    }
  }
  return found.sort();
}
