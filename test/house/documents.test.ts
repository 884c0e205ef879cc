// What a visitor looks for is there, and what the documents point to exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trackedTexts } from '../../scripts/tracked-files.js';
import { findBrokenLinks } from './links.ts';

const ROOT = new URL('../../', import.meta.url);
const documents = (await trackedTexts()).filter(({ path }) => path.endsWith('.md'));

const REQUIRED: Readonly<Record<string, RegExp>> = {
  'README.md': /npm start[\s\S]*npm test|npm test[\s\S]*npm start/,
  'ARCHITECTURE.md': /src\/main\.ts/,
  'STYLE.md': /100 columns/,
  'SECURITY.md': /report/i,
  'CONTRIBUTING.md': /npm run check/,
  'CHANGELOG.md': /^## /m,
  LICENSE: /^MIT License/,
  'docs/semantics.md': /^# What a flow means/,
  'docs/decisions/README.md': /^# Decisions/,
  '.env.example': /^#MAX_YAML_SIZE=/m,
  '.editorconfig': /^root = true/m,
  '.gitattributes': /eol=lf/,
  '.github/dependabot.yml': /package-ecosystem: npm[\s\S]*interval: weekly/,
};

describe('the documents', () => {
  it.each(Object.entries(REQUIRED))('%s is there and says what it must', (path, form) => {
    expect(readText(path)).toMatch(form);
  });

  it('point only to files and headings that exist', () => {
    expect(findBrokenLinks(documents, (path) => existsSync(new URL(path, ROOT)))).toEqual([]);
  });

  it('list every decision in the index, and every setting of the page in .env.example', () => {
    const index = readText('docs/decisions/README.md');
    const pages = readdirSync(new URL('docs/decisions/', ROOT));
    expect(pages.filter((page) => page !== 'README.md' && !index.includes(`(${page})`))).toEqual(
      [],
    );
  });

  it('number the decisions without gaps, and give each a title', () => {
    const pages = readdirSync(new URL('docs/decisions/', ROOT)).filter((page) => /^\d/.test(page));
    expect(pages.sort().map((page) => Number(page.slice(0, 4)))).toEqual(
      pages.map((_, index) => index + 1),
    );
    for (const page of pages) {
      expect(readText(`docs/decisions/${page}`)).toMatch(new RegExp(`^# ${page.slice(0, 4)} \\S`));
    }
  });
});

function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}
