/** Attacks on limits: of keys, and of those who share an account. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMemoryRates } from '../../../src/guard/index.ts';
import { addPerson, ask, heldClock, type TokenHolder } from '../../auth-flows/people.ts';
import { HELLO, LONG } from '../../support/flows.ts';
import { TEST_KEY, type TestServer, testServer } from '../../support/server.ts';

let server: TestServer;
let other: TestServer;
let admin: TokenHolder;
beforeAll(async () => {
  server = await testServer();
  other = await testServer({ databaseUrl: server.databaseUrl });
  admin = await addPerson(server, { role: 'admin' });
}, 60_000);
afterAll(async () => {
  await other?.close();
  await server?.close();
});

async function keyOf(person: TokenHolder, more: Readonly<Record<string, unknown>>) {
  const made = await person.ask('POST', '/api/v1/keys', { name: 'key', ...more });
  return made.json.key as string;
}

const SCOPES = ['accounts:admin', 'flows:execute', 'executions:read'];

describe('a key with a number of executions at once', () => {
  it('starts no more of them by asking two servers at the same time', async () => {
    const flow = (await admin.ask('POST', '/api/v1/flows', { source: LONG })).json.id;
    const key = await keyOf(admin, { scopes: SCOPES, concurrentExecutions: 3 });
    const asked = { headers: { 'x-api-key': key }, body: {} };
    const started = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        ask(index % 2 ? server : other, 'POST', `/api/v1/flows/${flow}/execute`, asked),
      ),
    );
    expect(started.filter(({ status }) => status === 202)).toHaveLength(3);
    expect(started.filter(({ status }) => status === 429)).toHaveLength(21);
  });

  it('loses none of them to a start that a changed flow made to begin anew', async () => {
    const flow = (await admin.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
    const key = await keyOf(admin, { scopes: SCOPES, concurrentExecutions: 1 });
    const asked = { headers: { 'x-api-key': key }, body: {} };
    const start = () => ask(server, 'POST', `/api/v1/flows/${flow}/execute?wait=10s`, asked);
    expect((await start()).status).toBe(200);
    await other.ask('PUT', `/api/v1/flows/${flow}`, { body: { source: `${HELLO}# two\n` } });
    expect((await start()).status).toBe(200);
  });
});

describe('one person with many keys', () => {
  it('does not use up what the whole account may ask', async () => {
    const clock = heldClock();
    const limited = await testServer({ clock, rates: openMemoryRates({ clock }) });
    try {
      const mallory = await addPerson(limited);
      const keys: string[] = [];
      for (let made = 0; made < 12; made += 1) {
        keys.push(await keyOf(mallory, { scopes: ['flows:read'] }));
      }
      for (const [index, key] of keys.entries()) {
        for (let sent = 0; sent < 100; sent += 1) await askFrom(limited, index, key);
      }
      expect(await askFrom(limited, 90, TEST_KEY)).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

/** From one of many addresses of this machine. */
function askFrom({ url }: TestServer, place: number, key: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = { localAddress: `127.0.0.${place + 2}`, headers: { 'x-api-key': key } };
    const asked = request(`${url}/api/v1/me`, options, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    asked.on('error', reject).end();
  });
}
