// docs/code.md is what flow authors read: its flows compile and its lists are those of the tables.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALLOWABLE_MODULES, PYTHON_MODULES } from '../../src/contract/index.ts';
import { compile } from '../../src/language/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { hasJail } from '../support/jail.ts';
import { capabilitiesOf, openPythonJail } from './python-jail.ts';
import { run } from './run-flow.ts';

const text = readFileSync(new URL('../../docs/code.md', import.meta.url), 'utf8');

describe('docs/code.md', () => {
  const flows = [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? '');

  it('has flows that compile without a warning', () => {
    expect(flows.length).toBeGreaterThanOrEqual(4);
    for (const flow of flows) {
      expect(compile(flow, { file: 'code.md', nodeTypes: NODE_TYPES }).problems).toEqual([]);
    }
  });

  it.skipIf(!hasJail())('has flows that run', async () => {
    const { sandbox, close } = await openPythonJail();
    try {
      for (const flow of flows) {
        if (flow.includes('file:')) continue;
        const { status, error } = await run(flow, {}, capabilitiesOf(sandbox));
        expect([status, error]).toEqual(['completed', undefined]);
      }
    } finally {
      await close();
    }
  });

  it('lists the modules of each level, and those that can be allowed', () => {
    const listOf = (level: string) =>
      new RegExp(`^\\| \`${level}\` \\|[^|]*\\| ([^|]*) \\|$`, 'm').exec(text)?.[1];
    expect(listOf('strict')).toBe('none');
    expect(listOf('normal')).toBe(PYTHON_MODULES.normal.join(', '));
    const more = (from: readonly string[], than: readonly string[]) =>
      from.filter((name) => !than.includes(name)).join(', ');
    const trusted = more(PYTHON_MODULES.trusted, PYTHON_MODULES.normal);
    expect(listOf('trusted')).toBe(`those of normal, and ${trusted}`);
    const allowed = more(ALLOWABLE_MODULES, PYTHON_MODULES.trusted);
    expect(text.replaceAll('\n', ' ')).toContain(
      `(numpy and pandas only at trusted) and: ${allowed}.`,
    );
  });
});
