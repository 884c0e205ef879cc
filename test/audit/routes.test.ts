import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyCopy } from '../../src/audit/index.ts';
import type { AccountId } from '../../src/base/index.ts';
import { auditOf } from '../store/open-test-store.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { auditOver, pastTriggers, type StoreWorld, storeWorld } from './audit-world.ts';
import { KEYS } from './chain-model.ts';

const DEFAULT = 'default' as AccountId;
const HOSTILE = 'ada\r\nforged\u001b[2J\u2028\u009b31m\0';
const OF_SECOND = "WHERE account_id = 'default' AND sequence = 2";

let world: StoreWorld;
let server: TestServer;
let audit: ReturnType<typeof auditOver>;
beforeAll(async () => {
  world = await storeWorld();
  audit = auditOver(world.store);
  server = await testServer({ databaseUrl: world.url, replace: { audit } });
});
afterAll(async () => {
  await server.close();
  await audit.close();
  await world.close();
});

interface Listed {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}
const actions = async () => {
  const { items } = await world.store.account(DEFAULT).audit.list({}, { limit: 100 });
  return items.map(({ action }) => action);
};

describe('reading the audit', () => {
  it('G3.180 G5.296 lists by who, what and when, with the place in the chain', async () => {
    const rows = [
      auditOf('flow.create', { at: 1_000, actor: 'key:one' }),
      auditOf('flow.delete', { at: 2_000, actor: 'key:two', outcome: 'denied' }),
      auditOf('auth.sign-in', { at: 3_000, actor: 'key:one', targetId: HOSTILE }),
    ];
    for (const row of rows) await world.store.account(DEFAULT).audit.append(row);
    await audit.sealNow();
    const list = async (query: string) => {
      const { status, json } = await server.ask('GET', `/api/v1/audit?${query}`);
      expect(status).toBe(200);
      return (json as Listed).items.map(({ action, sequence }) => [action, sequence]);
    };
    const [signIn] = await list('actor=key:one&from=1970-01-01T00:00:02.500Z');
    expect(signIn).toEqual(['auth.sign-in', 3]);
    expect(await list('action=flow.*&to=1970-01-01T00:00:05.000Z')).toEqual([
      ['flow.delete', 2],
      ['flow.create', 1],
    ]);
    expect(await list('outcome=denied&actor=key:two')).toEqual([['flow.delete', 2]]);
  });

  it('G3.178 is recorded itself, once a request, with who and from where', async () => {
    const before = (await actions()).filter((action) => action.startsWith('audit.'));
    await server.ask('GET', '/api/v1/audit');
    await server.ask('GET', '/api/v1/audit/verify');
    await server.ask('GET', '/api/v1/audit/export');
    const after = (await actions()).filter((action) => action.startsWith('audit.'));
    expect(after.length - before.length).toBe(3);
    const { items } = await world.store
      .account(DEFAULT)
      .audit.list({ action: 'audit.*' }, { limit: 3 });
    for (const { actor, address, requestId, targetKind } of items) {
      expect({ actor, address, targetKind, hasId: requestId !== undefined }).toEqual({
        actor: 'key:admin-1',
        address: '127.0.0.1',
        targetKind: 'audit',
        hasId: true,
      });
    }
  });

  it('verifies, and names what was changed past the server', async () => {
    await audit.sealNow();
    const { json } = await server.ask('GET', '/api/v1/audit/verify');
    expect(json).toMatchObject({
      isIntact: true,
      firstSequence: 1,
      publicKey: KEYS.current.publicKey,
    });
    await pastTriggers(world, `UPDATE sluice.audit_events SET actor = 'key:else' ${OF_SECOND}`);
    const changed = await server.ask('GET', '/api/v1/audit/verify');
    expect(changed.json).toMatchObject({ isIntact: false, firstBad: { sequence: 2 } });
    await pastTriggers(world, `UPDATE sluice.audit_events SET actor = 'key:two' ${OF_SECOND}`);
  });

  it('G4.239 exports lines that a copy is verified by, each on its own', async () => {
    await audit.sealNow();
    const { text, headers } = await server.ask('GET', '/api/v1/audit/export');
    expect(headers.get('content-type')).toContain('application/x-ndjson');
    expect(headers.get('cache-control')).toBe('no-store');
    const lines = text.trimEnd().split('\n');
    expect(await verifyCopy(lines, KEYS)).toMatchObject({ isIntact: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
    const rest = await server.ask('GET', '/api/v1/audit/export?afterSequence=2');
    expect(rest.text.startsWith('{"kind":"record","account":"default","sequence":3,')).toBe(true);
  });
});
