import { describe, expect, it } from 'vitest';
import { loadSettings } from './load.ts';
import { settingNames } from './names.ts';
import { describeEnvironmentExample, describeSettings } from './reference.ts';

function load(dotenv: string) {
  return loadSettings({
    cwd: '/srv/app',
    environment: {},
    readFile: (path) => (path === '/srv/app/.env' ? new TextEncoder().encode(dotenv) : undefined),
  });
}

describe('describeEnvironmentExample', () => {
  it('changes nothing as it stands, and gives the defaults when every # is removed', () => {
    const example = describeEnvironmentExample();
    const defaults = load('').settings;
    expect(load(example).sources.HTTP_TIMEOUT).toBe('default');
    const uncommented = load(example.replace(/^#(?=[A-Z])/gm, ''));
    expect(uncommented.settings).toEqual(defaults);
    expect(uncommented.sources.HTTP_TIMEOUT).toMatch(/^\.env:\d+$/);
  });

  it('names every setting once', () => {
    const names = [...describeEnvironmentExample().matchAll(/^#([A-Z_]+)=/gm)];
    expect(names.map((found) => found[1]).sort()).toEqual([...settingNames()].sort());
  });
});

describe('describeSettings', () => {
  it('has a section for every setting, with its default and its other names', () => {
    const page = describeSettings();
    for (const name of settingNames()) expect(page).toContain(`\n### ${name}\n`);
    expect(page).toContain('- Default: `30s` (30 s)\n- In `.tubes.yaml`: `http.timeout`');
    expect(page).toContain('- Also read as: `FLOWRUNNER_MAX_YAML_SIZE`');
  });
});

describe('the names of settings', () => {
  it('leave the ending _FILE to variables that name a file', () => {
    expect(settingNames().filter((name) => name.endsWith('_FILE'))).toEqual([]);
  });
});
