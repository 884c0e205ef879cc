import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  A,
  auditOf,
  draftOf,
  flowId,
  type StoreWorld,
  saveFlow,
  startOf,
  storeWorld,
} from '../store/open-test-store.ts';

/** What the guides promise of SQL: parameters only, whatever a person writes. */

const CORPORA = process.env.CORPORA_DIR ?? '../shared/corpora';
const SAMPLE = `'; DROP TABLE workflows; --`;
const HAND_WRITTEN = [
  SAMPLE,
  `Robert'); DROP TABLE sluice.flows;--`,
  `' OR '1'='1`,
  `" OR ""="`,
  `\\'; SELECT pg_sleep(60); --`,
  `$1`,
  `$$; DROP SCHEMA sluice CASCADE; $$`,
  `%' UNION SELECT * FROM sluice.executions --`,
  `{"a","b"}`,
  '\0',
  `a\0'; DROP TABLE sluice.flows`,
  `E'\\x27'`,
  `\x1e\x1d`,
];

function listed(): readonly string[] {
  const folders = ['nosql-sql', 'naughty'].map((name) => join(CORPORA, name));
  const files = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const texts = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (!file.endsWith('.json')) return text.split('\n');
    const strings: string[] = [];
    JSON.parse(text, (_, value) => {
      if (typeof value === 'string') strings.push(value);
      return value;
    });
    return strings;
  });
  return texts.filter((text) => text.length > 0 && text.length <= 200);
}

const texts = [...new Set([...HAND_WRITTEN, ...listed()])];
let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

const tables = async () =>
  (
    await world.sql<{ relname: string }>(
      `SELECT relname FROM pg_class WHERE relnamespace = 'sluice'::regnamespace ORDER BY relname`,
    )
  ).map(({ relname }) => relname);

describe('SQL takes what people write as values only', () => {
  it('G2.064 G2.065 a flow named like the sample attack is stored, and its table is there', async () => {
    const before = await tables();
    const id = await saveFlow(world.store, A, { name: SAMPLE });
    expect(await world.store.account(A).flows.get(id)).toMatchObject({ name: SAMPLE });
    const kept = await world.sql('SELECT name FROM sluice.flows WHERE id = $1', [id]);
    expect(kept).toEqual([{ name: SAMPLE }]);
    expect(await tables()).toEqual(before);
  });

  it(`G4.232 every list of attacks comes back as it was given (${texts.length} texts)`, async () => {
    const before = await tables();
    const { flows, executions, audit } = world.store.account(A);
    for (const text of texts) {
      const id = flowId();
      const hash = createHash('sha256').update(text).digest('hex');
      const draft = draftOf({
        hash,
        name: text,
        description: text,
        tags: [text],
        source: text,
        by: text,
      });
      await flows.create(id, draft, auditOf(text, { actor: text, targetId: text }));
      expect(await flows.get(id)).toMatchObject({ name: text, description: text, tags: [text] });
      expect(await flows.version(id)).toMatchObject({ source: text, createdBy: text });
      const start = startOf(
        id,
        { audit: auditOf(text, { requestId: text }) },
        { idempotencyKey: text, requestHash: text, flowName: text, startedBy: text },
      );
      await world.store.journal.write(start);
      expect(await executions.findByIdempotencyKey(id, text)).toEqual({
        id: start.execution,
        requestHash: text,
      });
    }
    expect(await tables()).toEqual(before);
    const hits = await audit.list({ actor: SAMPLE, action: SAMPLE }, { limit: 10 });
    expect(hits.items).toHaveLength(1);
  });

  it('G4.232 searches and filters find their text and nothing else', async () => {
    const { flows } = world.store.account(A);
    for (const text of texts.slice(0, 200)) {
      const page = await flows.list({ search: text }, { limit: 200 });
      const lower = text.toLowerCase();
      expect(page.items.length).toBeGreaterThan(0);
      for (const { name, description } of page.items) {
        expect(`${name}\n${description}`.toLowerCase()).toContain(lower);
      }
      const tagged = await flows.list({ tags: [text] }, { limit: 200 });
      expect(tagged.items.every(({ tags }) => tags.includes(text))).toBe(true);
      expect(tagged.items.length).toBeGreaterThan(0);
    }
  });
});

describe('SQL is never built from what people write', () => {
  it('G2.064 G4.232 the only names put into a statement are constants of their files', () => {
    expect(builtStatements(sources())).toEqual(REVIEWED);
  });

  it('finds a statement that is built', () => {
    const planted = [
      { path: 'planted.ts', text: `pool.query(\`SELECT * FROM flows WHERE name = '$\{name}'\`)` },
    ];
    expect(builtStatements(planted)).toEqual(['planted.ts: name']);
    const joined = [
      { path: 'joined.ts', text: `pool.query('DELETE FROM flows WHERE id = ' + id)` },
    ];
    expect(builtStatements(joined)).toEqual(['joined.ts: +']);
  });
});

/**
 * Each takes nothing but constants of its own file or room; names of columns are those of our own
 * records, and names of tables come from the catalog, quoted by the database.
 */
const REVIEWED = [
  'accounts/account-changes.ts: ACCOUNT_COLUMNS',
  'accounts/account-changes.ts: NOW',
  'accounts/account-changes.ts: names.join(',
  'accounts/account-changes.ts: names.map(',
  'accounts/accounts.ts: ACCOUNT_COLUMNS',
  'accounts/deletion.ts: DUE',
  'accounts/deletion.ts: NOW',
  'accounts/deletion.ts: table',
  'accounts/end-executions.ts: NOW',
  'accounts/left-blobs.ts: NOW',
  'accounts/retention.ts: CHOSEN',
  'accounts/retention.ts: NOW',
  'accounts/transaction.ts: names.join(',
  'accounts/transaction.ts: names.map(',
  'accounts/waiting.ts: NO_ID',
  'accounts/waiting.ts: groups',
  'accounts/waiting.ts: idOf(',
  'directory/identities-sql.ts: KEY',
  'directory/identities-sql.ts: KEY_PERSON',
  'directory/identities-sql.ts: PERSON',
  'directory/identities-sql.ts: ROLE',
  'dispatch/announcements.ts: CHANNEL',
  'dispatch/dispatch-sql.ts: NOW',
  'dispatch/dispatch-sql.ts: accounts',
  'dispatch/dispatch-sql.ts: column',
  'dispatch/dispatch-sql.ts: condition',
  'dispatch/dispatch-sql.ts: distinct(',
  'dispatch/dispatch-sql.ts: name',
  'dispatch/dispatch-sql.ts: ofEachAccount(',
  'dispatch/dispatch-sql.ts: order',
  'journal/refusals.ts: splitTexts(',
  'journal/statement.ts: NOW',
  'journal/statement.ts: WRITE_PASSED',
  'journal/statement.ts: lists.join(',
  'journal/statement.ts: names.join(',
  'journal/statement.ts: unitTable(',
  'migrations/prepare-schema.ts: SCHEMA',
  'seals/deliveries.ts: NOW',
  'seals/retain.ts: SEAL_COLUMNS',
  'seals/seal-chain.ts: ROW_COLUMNS',
  'seals/seals.ts: CHECKPOINT_COLUMNS',
  'seals/seals.ts: SEAL_COLUMNS',
];

const STATEMENT = /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|DROP|LISTEN|WITH)\b/;

interface Source {
  readonly path: string;
  readonly text: string;
}

function builtStatements(files: readonly Source[]): readonly string[] {
  const found = new Set<string>();
  for (const { path, text } of files) {
    for (const [template] of text.matchAll(/`(?:[^`\\]|\\.)*`/g)) {
      if (!STATEMENT.test(template)) continue;
      for (const [, name = ''] of template.matchAll(/\$\{\s*([\w.]+\(?)/g)) {
        found.add(`${path}: ${name}`);
      }
    }
    for (const [line] of text.matchAll(/^.*['"]\s*\+.*$/gm)) {
      if (STATEMENT.test(line)) found.add(`${path}: +`);
    }
  }
  return [...found].sort();
}

function sources(): readonly Source[] {
  const root = new URL('../../src/store/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }));
}
