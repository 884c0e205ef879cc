import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Launch } from './launch.ts';

/**
 * Megabytes of the process's own heap. It holds one input and one output as text, at worst two
 * bytes a character; what the code makes lies in the WebAssembly memory and is not counted here.
 */
const HEAP_MEGABYTES = 192;

/**
 * Kilobytes of stack for Node, of the usual 8 MB of a main thread. Each level of QuickJS takes up
 * to fifteen times as much here as in its own stack, which guest/interpreter.ts keeps small, so
 * that deep nesting ends in the interpreter's own error and not in one of Node.
 */
const STACK_KILOBYTES = 4_000;

/**
 * Starts a bundled worker file under this very Node: no environment but a fixed time zone, no code
 * from strings, and Node's permission model with the worker's own folder as all there is to read.
 * Bounds are checked in WebAssembly code instead of by reserving address space, so that a limit on
 * address space can be set around the process.
 */
export function launchNode(workerFile: string | URL): Launch {
  const file = typeof workerFile === 'string' ? resolve(workerFile) : fileURLToPath(workerFile);
  return {
    command: process.execPath,
    args: [
      permissionFlag(),
      `--allow-fs-read=${join(dirname(file), '*')}`,
      // Else Node reads the file where a link to it leads, outside the folder that it may read.
      '--preserve-symlinks',
      '--preserve-symlinks-main',
      '--no-warnings',
      '--no-addons',
      '--disallow-code-generation-from-strings',
      '--disable-wasm-trap-handler',
      `--max-old-space-size=${HEAP_MEGABYTES}`,
      `--stack-size=${STACK_KILOBYTES}`,
      file,
    ],
    env: { TZ: 'UTC' },
    cwd: '/',
  };
}

/** The flag lost its prefix in Node 22.13 and 23.5. */
function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
}
