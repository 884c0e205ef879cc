import { readFileSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import { SETTINGS_LIMITS } from '../base/index.ts';

/** The bytes of a regular file, undefined where there is none; throws where it cannot be read. */
export type ReadFile = (path: string) => Uint8Array | undefined;

/**
 * Reads a settings file from disk, following links. A folder counts as no file: Python keeps its
 * environments in folders named `.env`. A pipe or device is refused, because reading it might never
 * end; so is a file over SETTINGS_LIMITS.fileBytes. Throws UnreadableFile or the system's error.
 */
export const readSettingsFile: ReadFile = (path) => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || stats.isDirectory()) return undefined;
  if (!stats.isFile()) throw new UnreadableFile('is not a regular file');
  if (stats.size > SETTINGS_LIMITS.fileBytes) throw new UnreadableFile(TOO_LARGE);
  return readFileSync(path);
};

/** Why a settings file cannot be used, as the end of a sentence; its text is ours and public. */
export class UnreadableFile extends Error {}

const TOO_LARGE = `is larger than ${SETTINGS_LIMITS.fileBytes / 1024} KiB`;
const NOT_TEXT = 'is not UTF-8 text';

/**
 * The text of a settings file, undefined where there is none, or why it cannot be used. Never
 * throws: reasons of the operating system are named by their code alone.
 */
export function readText(
  readFile: ReadFile,
  path: string,
): { readonly text: string } | { readonly reason: string } | undefined {
  try {
    const bytes = readFile(path);
    if (bytes === undefined) return undefined;
    if (bytes.byteLength > SETTINGS_LIMITS.fileBytes) return { reason: TOO_LARGE };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof UnreadableFile) return { reason: error.message };
    if (error instanceof TypeError) return { reason: NOT_TEXT };
    return { reason: `cannot be read (${systemCode(error)})` };
  }
}

function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown reason';
}

/**
 * The permission bits of a file, following links; undefined where there is none, and on Windows,
 * whose files have no such bits.
 */
export function settingsFileMode(path: string): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || sep === '\\') return undefined;
  return stats.mode & 0o777;
}
