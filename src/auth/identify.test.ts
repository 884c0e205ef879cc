import { describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS } from '../contract/index.ts';
import type { Credentials, Identified } from './auth.ts';
import { fakeIdentify, OTHER_KEY, PERSON_KEY, TICKET } from './fake-identify.ts';

const KEYS = ['first-key-0123456789', 'second-key-0123456789'];
const { identify } = fakeIdentify({ adminKeys: KEYS });

function asked(headers: readonly string[], more: Partial<Credentials> = {}): Credentials {
  return { headers, address: '192.0.2.7', requestId: 'r1', ...more };
}

function nameIn(identified: Identified): string {
  return 'principal' in identified ? identified.principal.id : identified.refusal.code;
}

async function nameOf(...headers: string[]): Promise<string> {
  return nameIn(await identify(asked(headers)));
}

describe('who sends a request', () => {
  it.each([
    ['X-API-Key', 'first-key-0123456789', 'key:admin-1'],
    ['x-api-key', 'second-key-0123456789', 'key:admin-2'],
    ['Authorization', 'Bearer second-key-0123456789', 'key:admin-2'],
    ['authorization', 'bearer  first-key-0123456789', 'key:admin-1'],
  ])('is told by %s: %s, at once', (name, value, id) => {
    const identified = identify(asked([name, value]));
    expect(identified).not.toBeInstanceOf(Promise);
    expect(nameIn(identified as Identified)).toBe(id);
  });

  it('may be told twice in two ways, when both say the same', async () => {
    const [key = ''] = KEYS;
    expect(await nameOf('X-API-Key', key, 'Authorization', `Bearer ${key}`)).toBe('key:admin-1');
  });

  it('holds every permission, in the default account', async () => {
    const identified = await identify(asked(['X-API-Key', KEYS[0] ?? '']));
    expect(identified).toMatchObject({
      way: 'operator-key',
      principal: { account: 'default', kind: 'operator' },
    });
    expect('principal' in identified && [...identified.principal.permissions]).toEqual(
      ALL_PERMISSIONS,
    );
  });
});

describe('nobody is', () => {
  it.each([
    ['without a key', []],
    ['an empty key', ['X-API-Key', '']],
    ['a wrong key', ['X-API-Key', 'first-key-012345678']],
    ['a longer key', ['X-API-Key', 'first-key-01234567890']],
    ['a key in other letters', ['X-API-Key', 'FIRST-KEY-0123456789']],
    ['a key with a space', ['X-API-Key', ' first-key-0123456789']],
    ['both keys in one header', ['X-API-Key', 'first-key-0123456789, second-key-0123456789']],
    ['a header sent twice', ['X-API-Key', 'first-key-0123456789', 'x-api-key', 'x']],
    ['the same header twice', ['X-API-Key', KEYS[0] ?? '', 'X-Api-Key', KEYS[0] ?? '']],
    ['two authorizations', ['Authorization', 'Bearer x', 'Authorization', `Bearer ${KEYS[0]}`]],
    ['two that differ', ['X-API-Key', KEYS[0] ?? '', 'Authorization', `Bearer ${KEYS[1]}`]],
    ['a good key and a broken scheme', ['X-API-Key', KEYS[0] ?? '', 'Authorization', 'Basic eA==']],
    ['another scheme', ['Authorization', `Basic ${KEYS[0]}`]],
    ['no scheme', ['Authorization', KEYS[0] ?? '']],
    ['no token', ['Authorization', 'Bearer ']],
    ['two tokens', ['Authorization', `Bearer ${KEYS[0]} ${KEYS[1]}`]],
    ['another header', ['X-API-Token', KEYS[0] ?? '']],
    ['a name of the host', ['X-API-Key', '__proto__']],
    ['a header that only names somebody', ['X-CLI-User', 'admin', 'X-Forwarded-User', 'admin']],
    ['a cookie with a key', ['Cookie', `sluice-access=${KEYS[0]}`]],
    ['a key and a cookie', ['X-API-Key', KEYS[0] ?? '', 'Cookie', 'sluice-access=a.b.c']],
    ['a Basic that is spelt in two ways', ['Authorization', 'Basic YTpi=Yg==']],
    ['a Basic without a name', ['Authorization', 'Basic OnBhc3N3b3Jk']],
    ['a stored key of no form', ['X-API-Key', 'sk_short']],
    ['a stored key that is unknown', ['X-API-Key', OTHER_KEY]],
  ])('%s', async (_what, headers) => {
    expect(await nameOf(...headers)).toBe('UNAUTHENTICATED');
  });

  it('where no key is set at all, not even with an empty one', async () => {
    const nobody = fakeIdentify({ adminKeys: [] });
    expect(await nobody.identify(asked(['X-API-Key', '']))).toHaveProperty('refusal');
    expect(await nobody.identify(asked(['X-API-Key', 'undefined']))).toHaveProperty('refusal');
  });

  it('is told what was sent', async () => {
    for (const headers of [
      ['X-API-Key', 'guessed-secret'],
      ['Authorization', 'Bearer guessed.a.b'],
    ]) {
      expect(JSON.stringify(await identify(asked(headers)))).not.toContain('guessed');
    }
  });
});

describe('a stored key', () => {
  it('is its person, with no more than both may do', async () => {
    const identified = await identify(asked(['X-API-Key', PERSON_KEY]));
    expect(identified).toMatchObject({ way: 'key', principal: { kind: 'key', account: 'acme' } });
    // Its scopes name accounts:admin too, which a user does not hold.
    expect('principal' in identified && [...identified.principal.permissions]).toEqual([
      'flows:read',
    ]);
  });

  it('is refused from a foreign network, with the record of who it was', async () => {
    const far = { address: '203.0.113.9' };
    const identified = await identify(asked(['X-API-Key', PERSON_KEY], far));
    expect(nameIn(identified)).toBe('ADDRESS_REFUSED');
    expect(identified).toMatchObject({ attempt: { account: 'acme', reason: 'network' } });
  });

  it('is nobody where ENABLE_API_KEYS is off', async () => {
    const off = fakeIdentify({ takesKeys: false });
    expect(nameIn(await off.identify(asked(['X-API-Key', PERSON_KEY])))).toBe('UNAUTHENTICATED');
  });
});

describe('a ticket', () => {
  const socket = { execution: 'e1' };

  it('opens the socket that it was made for, also beside a cookie, once', async () => {
    const one = fakeIdentify({});
    const headers = ['Cookie', 'sluice-access=a.b.c'];
    const given = asked(headers, { ticket: TICKET, socket });
    expect(nameIn(await one.identify(given))).toBe('key:admin-1');
    expect(nameIn(await one.identify(given))).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['another execution', { socket: { execution: 'e2' } }],
    ['all executions', { socket: {} }],
    ['no socket', {}],
  ])('is refused for %s', async (_what, more) => {
    const one = fakeIdentify({});
    expect(nameIn(await one.identify(asked([], { ticket: TICKET, ...more })))).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('is one credential too many beside a key', async () => {
    const headers = ['X-API-Key', KEYS[0] ?? ''];
    const identified = await fakeIdentify({}).identify(asked(headers, { ticket: TICKET, socket }));
    expect(nameIn(identified)).toBe('UNAUTHENTICATED');
  });
});
