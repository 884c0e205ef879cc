import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exampleNames, runExample } from '../examples/run.js';
import { hasJail } from './support/jail.ts';

interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly depth: number;
  readonly size: number;
}

/** Python runs in a jail or not at all. */
const IN_PYTHON = ['delivery-times', 'sales-statistics'];

describe('the examples', () => {
  for (const name of exampleNames()) {
    const runs = hasJail() || !IN_PYTHON.includes(name);
    it.skipIf(!runs)(`${name} gives what it promises`, async () => {
      const result = await runExample(name);
      expect(result.document.error).toBeUndefined();
      expect(result.exit).toBe(0);
      if (result.expected !== undefined) expect(result.document.outputs).toEqual(result.expected);
      expect(result.isAsExpected).toBe(true);
    });
  }

  it('are at least six', () => {
    expect(exampleNames().length).toBeGreaterThanOrEqual(6);
  });

  it('licence-report agrees with the lock file, counted another way', async () => {
    const { document } = await runExample('licence-report');
    const packages = document.outputs.packages as readonly LockedPackage[];
    const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
    const manifest = lock.packages[''];
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const direct = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
    const atDepthOne = packages.filter((one) => one.depth === 1).map((one) => one.name);
    expect(atDepthOne.sort()).toEqual(direct.sort());
    for (const one of packages) {
      const entry = lock.packages[`node_modules/${one.name}`];
      if (entry?.version === one.version) expect(one.licence).toBe(entry.license ?? 'not stated');
    }
    const listed = Object.keys(lock.packages).filter((path) => path !== '');
    expect(packages.length).toBeGreaterThan(direct.length);
    expect(packages.length).toBeLessThanOrEqual(listed.length);
    const report = String(document.outputs.report);
    expect(report).toContain(`${packages.length} packages`);
    const mit = packages.filter((one) => one.licence === 'MIT').length;
    expect(report).toContain(`| MIT | ${mit} |`);
  });
});
