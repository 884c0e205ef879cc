import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { problemList } from '../problems.ts';
import { readDocument } from './read-document.ts';
import { readSource } from './source.ts';
import { textMap } from './text-map.ts';
import type { ScalarTree, Tree } from './tree.ts';

function scalarOf(tree: Tree | undefined): ScalarTree | undefined {
  const value = tree?.kind === 'map' ? tree.entries[0]?.value : undefined;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value : undefined;
}

/**
 * The characters of the file that stand for those of the text which are neither space nor escaped.
 */
function aligned(yaml: string): readonly [string, string] {
  const scalar = scalarOf(readDocument(readSource(yaml, {}), problemList()));
  if (scalar === undefined) return ['', ''];
  const text = String(scalar.value);
  const pieces = textMap(yaml, scalar);
  let there = '';
  for (let at = 0; at < text.length; at += 1) {
    const piece = pieces.findLast(({ from }) => from <= at);
    const found = yaml[(piece?.at ?? 0) + at - (piece?.from ?? 0)] ?? '';
    there += /\s/.test(text[at] ?? '') || found === '\\' ? (text[at] ?? '') : found;
  }
  return [text, there];
}

const line = fc.stringMatching(/^[a-z '"\\é{}%.,-]{0,12}$/);
const text = fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'));

describe('the way from a text back to the file', () => {
  it.each(['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const)(
    'leads from every printed character to itself: %s',
    (style) => {
      fc.assert(
        fc.property(text, fc.integer({ min: 20, max: 80 }), (value, lineWidth) => {
          const yaml = stringify(
            { key: value },
            { defaultStringType: style, lineWidth, minContentWidth: 0, indent: 4 },
          );
          const [written, there] = aligned(yaml);
          expect(there).toBe(written);
        }),
      );
    },
  );

  it('starts an escape for two units where the escape stands', () => {
    const [written, there] = aligned('k: "a\\U0001F600b"\n');
    expect(written).toBe('a😀b');
    expect([there[0], there[3]]).toEqual(['a', 'b']);
  });
});
