import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELLO } from '../support/flows.ts';
import { askBare, databaseDump, PASSWORD, type Person, personOf } from './access-people.ts';
import { type ClaimServer, claimServer, KEY } from './support.ts';

/**
 * What guide 2 promises of records: what is written down, what raises an alert, and what is not.
 */

const COPY = 'audit.jsonl';

let server: ClaimServer;
let ada: Person;
beforeAll(async () => {
  server = await claimServer({
    TRUSTED_PROXIES: '127.0.0.1',
    ALERT_BULK_READS: '40',
    LOG_LEVEL: 'debug',
    AUDIT_COPY: COPY,
  });
  ada = await personOf(server, 'ada');
});
afterAll(() => server?.close());

const from = (address: string) => ({ 'x-forwarded-for': address });

function login(username: string, password: string, address: string) {
  const body = { username, password };
  const headers = from(address);
  return askBare(server, ['POST', '/api/auth/login'], { body, headers });
}

/** JSON that a test looks into by the names that it expects. */
type Row = ReturnType<typeof JSON.parse>;

async function records(query: string): Promise<readonly Row[]> {
  const { json } = await server.ask('GET', `/api/v1/audit?limit=200${query}`);
  return json.items;
}

/** The records of one request; those of refusals are written a moment later. */
async function recordsOf(answer: { readonly headers: Headers }, action: string) {
  const id = answer.headers.get('x-request-id');
  const own = async () =>
    (await records(`&action=${action}`)).filter(({ requestId }) => requestId === id);
  await expect.poll(async () => (await own()).length).toBeGreaterThan(0);
  return own();
}

describe('a security event', () => {
  it('G2.130 is recorded once for a sign-in, a denial, what a key does and a limit', async () => {
    const good = await login('ada', PASSWORD, '192.0.2.10');
    expect(await recordsOf(good, 'auth.sign-in')).toMatchObject([
      { outcome: 'done', actor: `person:${ada.id}`, address: '192.0.2.10' },
    ]);
    const bad = await login('ada', 'not the password', '192.0.2.10');
    expect(await recordsOf(bad, 'auth.sign-in')).toMatchObject([{ outcome: 'failed' }]);
    const denied = await ada.ask('GET', '/api/v1/people');
    expect(await recordsOf(denied, 'access.denied')).toMatchObject([
      { outcome: 'denied', actor: `person:${ada.id}`, details: { permission: 'accounts:admin' } },
    ]);
    const wrongKey = await askBare(server, ['GET', '/api/v1/flows'], {
      headers: { 'x-api-key': `sk_${'A'.repeat(43)}`, ...from('192.0.2.11') },
    });
    expect(await recordsOf(wrongKey, 'auth.denied')).toMatchObject([{ address: '192.0.2.11' }]);
    const { json } = await ada.ask('POST', '/api/v1/keys', { name: 'ci', scopes: ['flows:write'] });
    const headers = { 'x-api-key': json.key };
    const saved = await server.ask('POST', '/api/v1/flows', { body: { source: HELLO }, headers });
    expect(await recordsOf(saved, 'flow.create')).toMatchObject([
      { actor: `key:${json.id}`, targetId: saved.json.id, outcome: 'done' },
    ]);
    const tries = [1, 2, 3, 4, 5].map((index) => login(`n${index}`, 'x', '192.0.2.12'));
    await Promise.all(tries);
    const limited = await login('n6', 'x', '192.0.2.12');
    expect(limited.status).toBe(429);
    expect(await recordsOf(limited, 'rate.limited')).toHaveLength(1);
  });

  it('G2.131 of a failed sign-in has name, address and time, and not the password', async () => {
    const password = 'typed-in-the-wrong-door-77'; // not-a-secret
    const before = Date.now();
    const answer = await login('ada', password, '192.0.2.20');
    const rows = await recordsOf(answer, 'auth.sign-in');
    expect(rows).toMatchObject([
      { outcome: 'failed', address: '192.0.2.20', details: { username: 'ada', reason: 'wrong' } },
    ]);
    expect(Math.abs(Date.parse(rows[0].at) - before)).toBeLessThan(60_000);
    expect(JSON.stringify(rows)).not.toContain(password);
    expect(await databaseDump(server)).not.toContain(password);
    expect(server.said().err).not.toContain(password);
  });
});

describe('an alert', () => {
  it('G2.132 is raised by ten failures, by a key from a new network, and by bulk reading', async () => {
    const wrong = (address: string) =>
      askBare(server, ['GET', '/api/v1/me'], {
        headers: { 'x-api-key': `sk_${'B'.repeat(43)}`, ...from(address) },
      });
    const alerts = (rule: string) => records(`&action=alert.${rule}`);
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5']) await login(name, 'x', '192.0.2.30');
    for (let count = 0; count < 4; count += 1) await wrong('192.0.2.30');
    await wrong('192.0.2.31');
    expect(await alerts('failures')).toEqual([]);
    await wrong('192.0.2.30');
    await expect.poll(() => alerts('failures')).toMatchObject([{ targetId: '192.0.2.30' }]);

    const made = await ada.ask('POST', '/api/v1/keys', { name: 'job', scopes: ['flows:read'] });
    const read = (address: string) =>
      askBare(server, ['GET', '/api/v1/flows'], {
        headers: { 'x-api-key': made.json.key, ...from(address) },
      });
    for (const address of ['198.51.100.1', '198.51.100.9'])
      expect((await read(address)).status).toBe(200);
    expect(await alerts('key-network')).toEqual([]);
    await read('203.0.113.5');
    await expect.poll(() => alerts('key-network')).toMatchObject([{ targetId: made.json.id }]);

    const flow = await ada.ask('POST', '/api/v1/flows', { source: HELLO });
    const look = () => ada.ask('GET', `/api/v1/flows/${flow.json.id}`);
    // Whoever reads these records reads much as well.
    const ofAda = `bulk-reading&targetId=person:${ada.id}`;
    expect(await alerts(ofAda)).toEqual([]);
    for (let count = 0; count < 45; count += 1) expect((await look()).status).toBe(200);
    await expect
      .poll(() => alerts(ofAda))
      .toMatchObject([{ targetId: `person:${ada.id}`, details: { count: 40 } }]);
    // They are told where people look besides.
    for (const rule of ['failures', 'key-network', 'bulk-reading']) {
      expect(server.said().err).toContain(rule);
    }
  });
});

/** Everything that must not be written down, sent by every way in which it can come. */
async function sendMarkers(): Promise<readonly string[]> {
  const person = { name: 'Dorothea Marker', mail: 'dorothea@marker.example', note: 'IBAN-MARKER' };
  const password = 'marker otter under 93 lamps'; // not-a-secret
  const wrong = 'marker-typed-wrong-94'; // not-a-secret
  const added = await server.ask('POST', '/api/v1/people', {
    body: { username: 'dora', password, displayName: person.name, email: person.mail },
  });
  expect(added.status, added.text).toBe(201);
  const signed = await login('dora', password, '192.0.2.40');
  const { access_token: access, refresh_token: refresh } = signed.json;
  await login('dora', wrong, '192.0.2.41');
  const as = { authorization: `Bearer ${access}` };
  const ask = (method: string, path: string, body?: unknown) =>
    askBare(server, [method, path], { headers: as, ...(body === undefined ? {} : { body }) });
  const key = await ask('POST', '/api/v1/keys', { name: 'k', scopes: ['flows:read'] });
  const ticket = await ask('POST', '/api/v1/ws/tickets', {});
  const reset = await server.ask('POST', `/api/v1/people/${added.json.id}/password-reset`);
  const flow = await ask('POST', '/api/v1/flows', { source: HELLO });
  const link = await ask('POST', `/api/v1/flows/${flow.json.id}/links`, { level: 'execute' });
  const run = { inputs: { who: person.note } };
  const path = `/api/v1/flows/${flow.json.id}/execute?wait=10s`;
  expect((await ask('POST', path, run)).json.outputs.text).toContain(person.note);
  await askBare(server, ['GET', `/api/v1/shared/${link.json.token}`]);
  const secrets = [
    access,
    refresh,
    key.json.key,
    ticket.json.ticket,
    reset.json.token,
    link.json.token,
  ];
  const hidden = [...secrets, password, wrong, person.mail, person.note, person.name];
  for (const text of hidden) {
    const there = encodeURIComponent(text);
    await askBare(server, ['GET', `/api/v1/flows?token=${there}&api_key=${there}`]);
    await askBare(server, ['GET', `/nowhere/${there}`]);
    await server.ask('POST', '/api/v1/invitations', { body: `{"password": "${text}" oops` });
  }
  const basic = Buffer.from(`dora:${password}`).toString('base64');
  await askBare(server, ['GET', '/api/v1/me'], { headers: { authorization: `Basic ${basic}` } });
  return [...hidden, basic, KEY];
}

describe('a log', () => {
  it('G2.114 holds no password, key, token or personal data, at level debug', async () => {
    const markers = await sendMarkers();
    // Each record reaches the copy; the last one tells that those before it are there.
    const last = await server.ask('POST', '/api/v1/invitations', { body: {} });
    const copy = () => readFileSync(join(server.folder, COPY), 'utf8');
    await expect.poll(copy, { timeout: 10_000 }).toContain(last.json.id);
    const { out, err } = server.said();
    expect(err).toContain('"level":"info"');
    const written = [out, err, copy()];
    for (const marker of markers) {
      expect(
        written.map((text) => text.includes(marker)),
        marker,
      ).toEqual([false, false, false]);
    }
    // The twin: what is no secret is written down.
    expect(copy()).toContain('"username":"dora"');
  });
});
