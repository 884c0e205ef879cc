const HTTP = 'Call the service with an http node before this one.';
const FILES = 'Read files with a file node before this one.';
const NOTHING_OUTSIDE = 'Do without it: code reaches no system, no process and no network.';

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ...'requests httpx aiohttp urllib3 http ssl'.split(' ').map((name) => [name, HTTP] as const),
  ...'pathlib glob shutil tempfile'.split(' ').map((name) => [name, FILES] as const),
  ...'os subprocess socket ctypes multiprocessing threading'
    .split(' ')
    .map((name) => [name, NOTHING_OUTSIDE] as const),
  ['sys', 'Do without it: print writes to the log, and return ends the code.'],
  ['logging', 'Write to the log with print.'],
  ['asyncio', 'Write it without async: there is nothing to wait for.'],
  ['pickle', 'Use json: what other nodes get is JSON.'],
  ['yaml', 'Read YAML with a file node before this one.'],
  ['openpyxl', FILES],
]);

/** What to do without a module that no level allows, where there is something; one sentence. */
export function insteadOf(module: string): string | undefined {
  return INSTEAD.get(module) ?? INSTEAD.get(module.split('.')[0] ?? module);
}
