import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type ClaimServer,
  claimServer,
  KEY,
  made,
  SECOND_KEY,
  SECRETS,
} from './support.ts';

/** What the guides promise of failures, tried by taking a table away under a running server. */

const INSIDE =
  /\bat \S+ \(|\.[jt]s:\d|node_modules|\/\w+\/\w+\/|select |sluice\.|relation|pg_|stack/i;
let server: ClaimServer;
let failed: Answer;
let unkept: Answer;

/** Secrets that the server cannot know. */
const MARKERS = [
  'password=correct-horse-7391',
  `Authorization: Bearer ${made('someone')}`,
  `sk-${made('provider')}`,
];
const MARKED = ['correct-horse-7391', made('someone'), made('provider')];

/** A database whose errors repeat what they were given. */
const TELLTALE = `
  CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'cannot keep %', NEW::text; END $$;
  CREATE TRIGGER telltale BEFORE INSERT ON sluice.flow_versions
    FOR EACH ROW EXECUTE FUNCTION tell()`;

beforeAll(async () => {
  server = await claimServer({
    RATE_LIMIT_REQUESTS: '100000',
    NODE_ENV: 'production',
    LOG_LEVEL: 'debug',
  });
  const client = new pg.Client({ connectionString: server.databaseUrl });
  await client.connect();
  await client.query(TELLTALE);
  const secrets = Object.values(SECRETS).join(' ');
  const node = `  a:\n    type: template\n    config:\n      template: |\n`;
  const source = `name: x\nnodes:\n${node}        ${secrets}\n        {"forged":1}\n        ${MARKERS.join('\n        ')}\n`;
  unkept = await server.ask('POST', '/api/v1/flows', { body: { source } });
  await client.query('ALTER TABLE sluice.flows RENAME TO gone');
  await client.end();
  failed = await server.ask('GET', `/api/v1/flows?search=${KEY}`);
});
afterAll(() => server?.close());

describe('a failure inside', () => {
  it('G3.174 shows neither stack nor path', async () => {
    expect(failed.status).toBe(500);
    expect(failed.text).not.toMatch(INSIDE);
    // What is wrong with a request shows no more.
    for (const body of ['{', '{"definition":[]}', '{"source":"a: ["}']) {
      const refused = await server.ask('POST', '/api/v1/flows', { body });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(refused.text).not.toMatch(INSIDE);
    }
  });

  it('G4.233 of the database is told in general words, with an id to ask by', () => {
    expect(failed.json).toEqual({
      error: {
        code: 'INTERNAL',
        message: 'an internal error occurred',
        remedy: expect.any(String),
        requestId: failed.headers.get('x-request-id'),
      },
    });
  });

  it('G1.058 G3.146 G3.166 is in the log without the secrets of the server', () => {
    expect(unkept.status).toBe(500);
    const { out, err } = server.said();
    expect(err).toContain('cannot keep');
    for (const secret of [KEY, SECOND_KEY, ...Object.values(SECRETS)]) {
      expect(err).not.toContain(secret);
      expect(out).not.toContain(secret);
      expect(unkept.text).not.toContain(secret);
    }
  });

  it('G3.166 is in the log without passwords, keys and tokens that it was not told of', () => {
    const { err } = server.said();
    expect(err).toContain('cannot keep');
    for (const marked of MARKED) expect(err).not.toContain(marked);
  });

  it('G4.239 is one line of the log, whatever it was given', () => {
    const lines = server.said().err.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      expect(() => JSON.parse(line), line).not.toThrow();
      expect(JSON.parse(line)).not.toHaveProperty('forged');
    }
    expect(lines.filter((line) => line.includes('forged'))).toHaveLength(1);
  });

  it('G3.175 is in the log with its stack, and without the secrets of the request', () => {
    const { err } = server.said();
    const lines = err.split('\n').filter((line) => line.includes('"level":"error"'));
    expect(lines).toHaveLength(2);
    const { error, requestId } = JSON.parse(lines[1] ?? '');
    expect(requestId).toBe(failed.headers.get('x-request-id'));
    expect(error.message).toContain('sluice.flows');
    expect(error.stack).toMatch(/\n\s+at .+:\d+:\d+/);
    for (const secret of [KEY, ...Object.values(SECRETS)]) expect(err).not.toContain(secret);
  });
});
