import { AppError } from '../../errors/index.ts';
import type { ProfileFile } from '../remote.ts';
import { parseServerUrl } from './server-url.ts';

/** Where `sluice login` signed in. */
export interface Profile {
  readonly server: string;
  readonly apiKey: string;
}

const OTHERS = 0o077;
const KEY_CHARACTERS_MAX = 4_096;

/**
 * What the profile's file says. It holds a key, so a file that others may read or write is refused.
 * Errors: PROFILE_INVALID with the file and the remedy; nothing of its text is repeated.
 */
export function parseProfile(file: ProfileFile): Profile {
  const { path, mode } = file;
  if ((mode & OTHERS) !== 0) {
    throw new AppError('PROFILE_INVALID', {
      message: `${path} holds a key and others may use it (mode ${modeText(mode)})`,
      remedy: `chmod 600 ${path}   Whoever could read it may have the key: think of a new one.`,
    });
  }
  const found = parsed(file.text);
  const { server, apiKey } = found ?? {};
  if (typeof server !== 'string' || typeof apiKey !== 'string' || !isKey(apiKey)) {
    throw new AppError('PROFILE_INVALID', {
      message: `${path} is not a profile: {"server": "...", "apiKey": "..."} is wanted`,
    });
  }
  return { server: parseServerUrl(server, path), apiKey };
}

/** The text of the profile's file. */
export function profileText(profile: Profile): string {
  return `${JSON.stringify({ server: profile.server, apiKey: profile.apiKey }, null, 2)}\n`;
}

/** A key without the line break around it. Errors: USAGE; the key is not repeated. */
export function parseKey(text: string, source: string): string {
  const key = text.trim();
  if (isKey(key)) return key;
  const why = key === '' ? 'is empty' : 'has characters that no key has';
  throw new AppError('USAGE', {
    message: `the key from ${source} ${why}`,
    remedy: 'Give the key alone: one of ADMIN_API_KEYS of the server, or one that was made there.',
  });
}

/** Visible ASCII: what a header can carry. */
function isKey(text: string): boolean {
  return text.length <= KEY_CHARACTERS_MAX && /^[\u0021-\u007e]+$/.test(text);
}

function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const data: unknown = JSON.parse(text);
    // A non-null object can be asked for any name; whoever asks checks the type of what it gets.
    return typeof data === 'object' && data !== null
      ? (data as Record<string, unknown>)
      : undefined;
  } catch {
    // The parser's message would repeat a part of the text, which may be a key.
    return undefined;
  }
}
