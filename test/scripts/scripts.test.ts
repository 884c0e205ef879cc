import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { vulnerabilityCounts } from '../../scripts/check.js';
import { installedPackages, isAllowed, refusedPackages } from '../../scripts/licences.js';
import {
  dependenciesAreCurrent,
  environmentForNpm,
  whyNodeIsRefused,
} from '../../scripts/prepare.js';
import { hasColours } from '../../scripts/terminal.js';
import { countTests } from '../../scripts/test.js';

describe('whyNodeIsRefused', () => {
  it.each(['20.19.0', '20.19.5', '20.20.0', '22.0.0', '100.1.1'])('takes Node %s', (version) => {
    expect(whyNodeIsRefused(version, '20.19')).toBeUndefined();
  });

  it.each(['20.18.9', '18.20.0', '9.99.0'])('refuses Node %s and says what to do', (version) => {
    expect(whyNodeIsRefused(version, '20.19')).toBe(
      `Sluice needs Node.js 20.19 or newer; this is ${version}. See https://nodejs.org.`,
    );
  });
});

describe('dependenciesAreCurrent', () => {
  const a = { version: '1.0.0', integrity: 'sha512-a' };
  const wanted = { '': { version: '0.1.0' }, 'node_modules/a': a };

  it('is true when everything is installed as the lock file says', () => {
    expect(dependenciesAreCurrent(wanted, { 'node_modules/a': a })).toBe(true);
    const optional = { ...wanted, 'node_modules/b': { ...a, optional: true } };
    expect(dependenciesAreCurrent(optional, { 'node_modules/a': a })).toBe(true);
  });

  it('is false when nothing, too little or something else is installed', () => {
    expect(dependenciesAreCurrent(wanted, undefined)).toBe(false);
    expect(dependenciesAreCurrent(wanted, {})).toBe(false);
    const older = { 'node_modules/a': { ...a, version: '0.9.0' } };
    expect(dependenciesAreCurrent(wanted, older)).toBe(false);
    const other = { 'node_modules/a': { ...a, integrity: 'sha512-b' } };
    expect(dependenciesAreCurrent(wanted, other)).toBe(false);
  });

  it('is true in this very clone', () => {
    expect(dependenciesAreCurrent()).toBe(true);
  });
});

describe('environmentForNpm', () => {
  // Nobody, not even root, can make a folder below a file.
  const unwritable = fileURLToPath(new URL('scripts.test.ts/home', import.meta.url));

  it('moves the cache of npm where it cannot be written', () => {
    const moved = /\/\.cache\/npm$/;
    expect(environmentForNpm({}, unwritable).npm_config_cache).toMatch(moved);
    const handedDown = { npm_config_cache: `${unwritable}/.npm` };
    expect(environmentForNpm(handedDown, tmpdir()).npm_config_cache).toMatch(moved);
  });

  it('keeps a cache that can be written, also where home cannot', () => {
    const chosen = { npm_config_cache: join(tmpdir(), 'not-there-yet') };
    expect(environmentForNpm(chosen, unwritable)).toBe(chosen);
    const none = {};
    expect(environmentForNpm(none, tmpdir())).toBe(none);
  });
});

describe('licences', () => {
  it.each(['MIT', 'ISC', '(MIT OR GPL-3.0-only)', 'MIT AND BSD-3-Clause', 'MIT AND (ISC OR X)'])(
    'allows %s',
    (licence) => expect(isAllowed(licence)).toBe(true),
  );

  it.each([
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'AGPL-3.0 OR SSPL-1.0',
    'SEE LICENSE IN LICENSE.md',
    'UNLICENSED',
    'none',
    '',
    'MIT MIT',
    'Apache-2.0 WITH X',
    '((MIT',
  ])('refuses "%s"', (licence) => expect(isAllowed(licence)).toBe(false));

  it('sees the installed packages, nested ones too, and refuses none', () => {
    expect(installedPackages().map(({ name }) => name)).toContain('yaml');
    expect(refusedPackages()).toEqual([]);
  });
});

describe('countTests', () => {
  const file = { status: 'passed', assertionResults: [{}] };
  const broken = { status: 'failed', assertionResults: [] };

  it('counts a file that did not load as a failure', () => {
    const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };
    expect(countTests({ ...report, testResults: [file, broken] })).toEqual({
      passed: 5,
      failed: 2,
      skipped: 3,
    });
  });
});

describe('vulnerabilityCounts', () => {
  it('knows nothing where the registry gave no report', () => {
    expect(vulnerabilityCounts('')).toBeUndefined();
    expect(vulnerabilityCounts('{"error":{"code":"ENOAUDIT"}}')).toBeUndefined();
    expect(vulnerabilityCounts('{"metadata":{"vulnerabilities":{"total":0}}}')).toEqual({
      total: 0,
    });
  });
});

describe('hasColours', () => {
  const screen = { isTTY: true };

  it('follows NO_COLOR, FORCE_COLOR and the terminal, in this order', () => {
    expect(hasColours(screen, {})).toBe(true);
    expect(hasColours({ isTTY: false }, {})).toBe(false);
    expect(hasColours(screen, { TERM: 'dumb' })).toBe(false);
    expect(hasColours(screen, { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
    expect(hasColours({ isTTY: false }, { FORCE_COLOR: '1' })).toBe(true);
    expect(hasColours(screen, { NO_COLOR: '', FORCE_COLOR: '0' })).toBe(false);
  });
});
