import { describe, expect, it } from 'vitest';
import { findBrokenLinks } from './links.ts';

const files = new Set(['README.md', 'docs/a.md', 'docs', 'src/x.ts']);

function broken(text: string, path = 'docs/a.md'): readonly string[] {
  const documents = [
    { path, text },
    { path: 'README.md', text: '# Sluice\n## The `first` flow!\n## Twice\n## Twice\n' },
  ];
  return findBrokenLinks(documents, (file) => files.has(file));
}

describe('findBrokenLinks', () => {
  it('finds files and headings that are not there', () => {
    const text = [
      '[a](gone.md) and [b](../src/y.ts)',
      '![picture](pictures/none.png "a title")',
      '[c](../README.md#second)',
      '[d](#here)',
      '[out](../../secret)',
      '[ref]: ./gone.md',
    ].join('\n');
    expect(broken(text)).toEqual([
      'docs/a.md:1 gone.md',
      'docs/a.md:1 ../src/y.ts',
      'docs/a.md:2 pictures/none.png',
      'docs/a.md:3 ../README.md#second',
      'docs/a.md:4 #here',
      'docs/a.md:5 ../../secret',
      'docs/a.md:6 ./gone.md',
    ]);
  });

  it('takes what is there, the web, and code', () => {
    const text = [
      '# Here & there',
      '[a](../README.md) [b](/README.md#the-first-flow) [c](../README.md#twice-1) [d](#here--there)',
      '[web](https://example.org/x) [mail](mailto:a@example.org) [folder](../docs)',
      '`[code](none.md)`',
      '```',
      '[fenced](none.md)',
      '```',
    ].join('\n');
    expect(broken(text)).toEqual([]);
  });
});
