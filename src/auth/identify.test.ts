import { describe, expect, it } from 'vitest';
import { authenticator } from './identify.ts';

const KEYS = ['first-key-0123456789', 'second-key-0123456789'];
const { identify } = authenticator({ adminKeys: KEYS });

function nameOf(...headers: string[]): string {
  const identified = identify(headers);
  return 'principal' in identified ? identified.principal.id : identified.refusal.code;
}

describe('who sends a request', () => {
  it.each([
    ['X-API-Key', 'first-key-0123456789', 'key:admin-1'],
    ['x-api-key', 'second-key-0123456789', 'key:admin-2'],
    ['Authorization', 'Bearer second-key-0123456789', 'key:admin-2'],
    ['authorization', 'bearer  first-key-0123456789', 'key:admin-1'],
  ])('is told by %s: %s', (name, value, id) => {
    expect(nameOf('Host', 'x', name, value)).toBe(id);
  });

  it('may be told twice in two ways, when both say the same', () => {
    const [key = ''] = KEYS;
    expect(nameOf('X-API-Key', key, 'Authorization', `Bearer ${key}`)).toBe('key:admin-1');
  });

  it('holds every permission, in the default account', () => {
    const identified = identify(['X-API-Key', KEYS[0] ?? '']);
    expect(identified).toMatchObject({ principal: { account: 'default' } });
    expect('principal' in identified && identified.principal.permissions.size).toBe(8);
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
  ])('%s', (_what, headers) => {
    expect(nameOf(...headers)).toBe('UNAUTHENTICATED');
  });

  it('where no key is set at all, not even with an empty one', () => {
    const nobody = authenticator({ adminKeys: [] });
    expect(nobody.identify(['X-API-Key', ''])).toHaveProperty('refusal');
    expect(nobody.identify(['X-API-Key', 'undefined'])).toHaveProperty('refusal');
  });

  it('is told what was sent', () => {
    const identified = identify(['X-API-Key', 'guessed-secret']);
    expect(JSON.stringify(identified)).not.toContain('guessed');
  });
});
