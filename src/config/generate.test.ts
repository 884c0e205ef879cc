import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from './dotenv.ts';
import { generateDotenv, newAdminKey } from './generate.ts';
import { loadSettings } from './load.ts';
import { requireServerSettings } from './server-settings.ts';

const random = (bytes: number) => randomBytes(bytes).toString('hex');

function load(dotenv: string) {
  return loadSettings({
    cwd: '/srv/app',
    environment: {},
    readFile: (path) => (path === '/srv/app/.env' ? new TextEncoder().encode(dotenv) : undefined),
  });
}

/** The text with every template turned on, as a person would for production. */
const uncommented = (text: string) => text.replace(/^#(?=[A-Z_]+=)/gm, '');

describe('generateDotenv', () => {
  const text = generateDotenv(random);

  it('is all that a server needs, without a warning', () => {
    const settings = requireServerSettings(load(text), { kind: 'server', cwd: '/srv/app' });
    expect(settings).toMatchObject({ host: '127.0.0.1', port: 8000, warnings: [] });
    expect(settings.adminKeys).toHaveLength(1);
  });

  it('is all that production needs when its templates are turned on, without a warning', () => {
    const loaded = load(uncommented(text));
    const settings = requireServerSettings(loaded, { kind: 'server', cwd: '/srv/app' });
    expect(settings).toMatchObject({ isProduction: true, warnings: [] });
    expect(settings.database.url).toContain('sslmode=require');
  });

  it('G1.002 G1.011 makes each secret anew, of 32 random bytes', () => {
    const all = [text, generateDotenv(random)].flatMap((one) =>
      parseDotenv(uncommented(one)).entries.flatMap(
        ({ value }) => value.match(/[0-9a-f]{64}/g) ?? [],
      ),
    );
    expect(all).toHaveLength(16);
    expect(new Set(all).size).toBe(16);
  });

  it('explains every setting in the lines before it', () => {
    const lines = text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (!/^#?[A-Z_]+=/.test(line)) continue;
      const before = lines.slice(0, index).findLast((one) => !/^#?[A-Z_]+=/.test(one));
      expect(before).toMatch(/^# \w.*\.$/);
    }
  });

  it('has lines that fit a screen, but for those that nobody can divide', () => {
    for (const line of text.split('\n')) {
      if (!/[0-9a-f]{64}/.test(line)) expect(line.length).toBeLessThanOrEqual(100);
    }
  });
});

describe('newAdminKey', () => {
  it('begins with a name that scanners can look for', () => {
    expect(newAdminKey(random)).toMatch(/^sluice_[0-9a-f]{64}$/);
  });
});
