import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Program } from '../launch.ts';
import { launchNode } from '../launch-node.ts';
import { librariesOfThisNode } from './node-libraries.ts';

const FILES = ['javascript-worker.mjs', 'emscripten-module.wasm'] as const;
const FOLDER = '/app';
const MEBIBYTE = 1024 * 1024;

/**
 * Address space of Node: 1,152 MiB for itself (most of it is reserved for code that is compiled,
 * not used), and twice the largest WebAssembly memory, as one may be prepared while the last is
 * not collected yet. See test/sandbox/jail/javascript-program.test.ts for what was measured.
 */
const ADDRESS_BYTES = 2_560 * MEBIBYTE;

/** The program that runs JavaScript: the bundled worker, as `buildPrograms` put it in a folder. */
export function javascriptProgram(programs: URL): Program {
  const { args } = launchNode(`${FOLDER}/${FILES[0]}`);
  return {
    name: 'javascript',
    interpreter: realpathSync(process.execPath),
    args,
    files: FILES.map((name) => {
      return { host: fileURLToPath(new URL(name, programs)), inside: `${FOLDER}/${name}` };
    }),
    reads: librariesOfThisNode(),
    addressBytes: ADDRESS_BYTES,
  };
}
