import type { PythonLevel } from './capability.ts';

/**
 * What Python code may import, by level. A line allows the module and what INNER has of it.
 * This is policy, so that code says what it needs and mistakes have good messages; what keeps code
 * in is the jail.
 *
 * Source: guide claims G1.029 to G1.031, and system 1's lists.
 */
const NORMAL = [
  'calendar',
  'collections',
  'datetime',
  'functools',
  'itertools',
  'json',
  'math',
  'operator',
  'random',
  're',
  'statistics',
  'string',
  'unicodedata',
] as const;

const TRUSTED = [
  ...NORMAL,
  'array',
  'base64',
  'binascii',
  'bisect',
  'cmath',
  'copy',
  'csv',
  'dataclasses',
  'decimal',
  'difflib',
  'enum',
  'fractions',
  'hashlib',
  'heapq',
  'hmac',
  'html',
  'io',
  'ipaddress',
  'numbers',
  'numpy',
  'pandas',
  'pprint',
  'secrets',
  'textwrap',
  'time',
  'types',
  'typing',
  'urllib.parse',
  'uuid',
  'xml.etree.ElementTree',
  'zlib',
  'zoneinfo',
] as const;

/** Packages that come with all that is inside of them. */
const WHOLE: readonly string[] = ['numpy', 'pandas'];

/**
 * What comes with a module of the standard library. The rest inside of one is programs and parts of
 * it (json.tool, xml.etree.cElementTree): they have imported what no line allows.
 */
const INNER: ReadonlyMap<string, readonly string[]> = new Map([
  ['collections', ['collections.abc']],
  ['html', ['html.entities', 'html.parser']],
  ['json', ['json.decoder', 'json.encoder']],
]);

/** What each level may import without `allowed_imports`. */
export const PYTHON_MODULES: Readonly<Record<PythonLevel, readonly string[]>> = {
  strict: [],
  normal: NORMAL,
  trusted: TRUSTED,
};

/** What needs the level trusted, also where `allowed_imports` names it. */
export const TRUSTED_ONLY: readonly string[] = WHOLE;

/**
 * What `allowed_imports` can add: pure modules of the standard library. It is a list of what may,
 * so that nothing that reaches out (os, sys, subprocess, socket, ctypes, importlib, pickle, ...)
 * comes in because nobody thought of it.
 */
export const ALLOWABLE_MODULES: readonly string[] = [
  ...TRUSTED,
  'abc',
  'collections.abc',
  'colorsys',
  'contextlib',
  'fnmatch',
  'graphlib',
  'html.parser',
  'keyword',
  'quopri',
  'reprlib',
  'sched',
  'stringprep',
  'struct',
  'xml.sax.saxutils',
];

export type ImportRefusal = 'strict' | 'trusted-only' | 'never';

/** Whether `allowed_imports` may name the module at the level; undefined means that it may. */
export function whyNotAllowable(level: PythonLevel, module: string): ImportRefusal | undefined {
  if (level === 'strict') return 'strict';
  if (level !== 'trusted' && TRUSTED_ONLY.some((name) => isWithin(module, name))) {
    return 'trusted-only';
  }
  return reachOf(ALLOWABLE_MODULES).some((name) => isWithin(module, name)) ? undefined : 'never';
}

/**
 * What code at the level may import, with what comes along; names that `allowed_imports` may not
 * name are left out.
 */
export function importsAt(level: PythonLevel, allowed: readonly string[]): readonly string[] {
  const more = allowed.filter((module) => whyNotAllowable(level, module) === undefined);
  return reachOf([...PYTHON_MODULES[level], ...more]);
}

function reachOf(modules: readonly string[]): readonly string[] {
  return [...new Set(modules.flatMap((module) => [module, ...(INNER.get(module) ?? [])]))];
}

/**
 * True for the module itself, and for what is inside a package: one that comes whole, or one that
 * is only on the way to a module of the list, such as `xml` to xml.etree.ElementTree.
 */
export function isWithin(module: string, outer: string): boolean {
  if (module === outer) return true;
  const isClosed = ALLOWABLE_MODULES.includes(outer) && !WHOLE.includes(outer);
  return !isClosed && module.startsWith(`${outer}.`);
}
