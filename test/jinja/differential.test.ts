import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DIFFERENCES } from '../../src/language/expression/index.ts';
import { generateTemplate } from './generator.ts';
import { context, type Outcome, readCorpus, renderWithOurs, renderWithPython } from './oracle.ts';

const EXPECTED = new URL('expected.json', import.meta.url);
const GENERATED = 600;

const corpus = readCorpus();
const generated = Array.from({ length: GENERATED }, (_, seed) => {
  return generateTemplate(seed, { names: Object.keys(context), hostile: false });
});
const byPython = renderWithPython([...corpus, ...generated]);
const listed = new Set(DIFFERENCES.flatMap((difference) => difference.examples));

/** The text of an outcome without addresses of memory; null where the template was refused. */
function shown(outcome: Outcome | undefined): string | null {
  if (outcome === undefined || 'refused' in outcome) return null;
  return outcome.text.replace(/0x[\da-f]{5,}/g, '0x');
}

// Written from CPython's Jinja2 3.1.2 by UPDATE_EXPECTED=1, so that the suite needs no Python.
if (process.env.UPDATE_EXPECTED === '1' && byPython !== undefined) {
  const texts = byPython.slice(0, corpus.length).map((outcome) => JSON.stringify(shown(outcome)));
  writeFileSync(EXPECTED, `[\n${texts.join(',\n')}\n]\n`);
}
const expected: readonly (string | null)[] = JSON.parse(readFileSync(EXPECTED, 'utf8'));

describe('the corpus', () => {
  it('renders as CPython does, text for text and refusal for refusal, or is in the table', () => {
    const different = corpus.filter((template, index) => {
      return !listed.has(template) && shown(renderWithOurs(template)) !== expected[index];
    });
    expect(different).toEqual([]);
  });

  it('still differs where the table says so', () => {
    const same = corpus.filter((template, index) => {
      return listed.has(template) && shown(renderWithOurs(template)) === expected[index];
    });
    expect(same).toEqual([]);
  });

  it('holds each template of the table', () => {
    expect([...listed].filter((template) => !corpus.includes(template))).toEqual([]);
  });
});

describe.skipIf(byPython === undefined)('CPython itself (needs python3-jinja2)', () => {
  it('still gives what is expected of the corpus', () => {
    expect(byPython?.slice(0, corpus.length).map(shown)).toEqual(expected);
  });

  it('renders generated templates as we do', () => {
    const different = generated.filter((template, index) => {
      const python = shown(byPython?.[corpus.length + index]);
      return shown(renderWithOurs(template)) !== python && !showsKnownDifference(template, python);
    });
    expect(different).toEqual([]);
  });
});

/** Differences of the table that any generated template can run into. */
function showsKnownDifference(template: string, python: string | null): boolean {
  const ours = renderWithOurs(template);
  if ('refused' in ours && /too large to be exact|no such power/.test(ours.refused)) return true;
  return python !== null && /undefined|object at 0x|<built-in/i.test(python);
}
