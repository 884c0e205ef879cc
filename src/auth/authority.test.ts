import { describe, expect, it } from 'vitest';
import type { AccountId, KeyId, PersonId, SessionId } from '../base/index.ts';
import { ACCOUNT_PERMISSIONS, ALL_PERMISSIONS } from '../contract/index.ts';
import type { IdentityFacts, PersonFacts } from '../store/index.ts';
import { judgeFacts, type Moment, permissionsOf } from './authority.ts';

const ACME = 'acme' as AccountId;
const DEFAULT = 'default' as AccountId;
const NOW = 1_000_000;
const MOMENT: Moment = { now: NOW, idleMs: 1_000, takesKeys: true, address: '192.0.2.7' };

const PERSON: PersonFacts = {
  id: 'p' as PersonId,
  username: 'ann',
  displayName: 'Ann',
  role: 'user',
  isActive: true,
  createdAt: 1,
  updatedAt: 1,
};
const SESSION: NonNullable<IdentityFacts['session']> = {
  id: 's' as SessionId,
  person: PERSON.id,
  createdAt: 1,
  refreshedAt: 1,
  lastSeenAt: NOW - 999,
  expiresAt: NOW + 1,
  address: '192.0.2.7',
  agent: '',
};
const KEY: NonNullable<IdentityFacts['key']> = {
  id: 'k' as KeyId,
  name: 'k',
  prefix: 'sk_',
  scopes: ['flows:read', 'accounts:admin', 'server:admin', 'no:such'],
  person: PERSON.id,
  networks: [],
  createdBy: 'person:p',
  createdAt: 1,
  isFormer: false,
};
const OF_SESSION: IdentityFacts = {
  account: ACME,
  isAccountActive: true,
  person: PERSON,
  session: SESSION,
};
const OF_KEY: IdentityFacts = { account: ACME, isAccountActive: true, person: PERSON, key: KEY };
const ALONE: IdentityFacts = {
  account: ACME,
  isAccountActive: true,
  key: Object.fromEntries(Object.entries(KEY).filter(([name]) => name !== 'person')) as typeof KEY,
};

describe('who may do nothing', () => {
  it.each<[string, IdentityFacts | undefined, Partial<Moment>]>([
    ['unknown', undefined, {}],
    ['suspended', { ...OF_SESSION, isAccountActive: false }, {}],
    ['suspended', { ...OF_KEY, isAccountActive: false }, {}],
    ['inactive', { ...OF_SESSION, person: { ...PERSON, isActive: false } }, {}],
    ['inactive', { ...OF_KEY, person: { ...PERSON, isActive: false } }, {}],
    ['unknown', { account: ACME, isAccountActive: true, session: SESSION }, {}],
    ['ended', { ...OF_SESSION, session: { ...SESSION, endedAt: 1 } }, {}],
    ['expired', { ...OF_SESSION, session: { ...SESSION, expiresAt: NOW } }, {}],
    ['idle', { ...OF_SESSION, session: { ...SESSION, lastSeenAt: NOW - 1_000 } }, {}],
    ['off', OF_KEY, { takesKeys: false }],
    ['revoked', { ...OF_KEY, key: { ...KEY, revokedAt: 1 } }, {}],
    ['expired', { ...OF_KEY, key: { ...KEY, expiresAt: NOW } }, {}],
    // A key of a person who is gone does not become one that acts for itself.
    ['unknown', { account: ACME, isAccountActive: true, key: KEY }, {}],
    ['network', { ...OF_KEY, key: { ...KEY, networks: ['192.0.2.8', '10.0.0.0/8'] } }, {}],
    ['network', { ...OF_KEY, key: { ...KEY, networks: ['what is this'] } }, {}],
    ['network', { ...OF_KEY, key: { ...KEY, networks: ['0.0.0.0/0'] } }, { address: '' }],
  ])('is %s', (loss, facts, more) => {
    expect(judgeFacts(facts, { ...MOMENT, ...more })).toEqual({ loss });
  });

  it('is nobody one millisecond earlier', () => {
    const key = { ...KEY, expiresAt: NOW + 1, networks: ['192.0.2.0/24'] };
    for (const facts of [OF_SESSION, OF_KEY, { ...OF_KEY, key }, ALONE]) {
      expect(judgeFacts(facts, MOMENT)).toHaveProperty('principal');
    }
  });

  it('is judged without an address where they were let in already', () => {
    const key = { ...KEY, networks: ['10.0.0.0/8'] };
    const { now, idleMs, takesKeys } = MOMENT;
    expect(judgeFacts({ ...OF_KEY, key }, { now, idleMs, takesKeys })).toHaveProperty('principal');
  });
});

describe('what somebody may do', () => {
  const held = (facts: IdentityFacts) => {
    const judged = judgeFacts(facts, MOMENT);
    return 'principal' in judged ? [...judged.principal.permissions] : judged.loss;
  };

  it('is of a key what its scopes and its person both allow', () => {
    expect(held(OF_KEY)).toEqual(['flows:read']);
    const admin = { ...PERSON, role: 'admin' };
    expect(held({ ...OF_KEY, person: admin })).toEqual(['flows:read', 'accounts:admin']);
    expect(held(ALONE)).toEqual(['flows:read', 'accounts:admin']);
    expect(held({ ...ALONE, account: DEFAULT })).toEqual([
      'flows:read',
      'accounts:admin',
      'server:admin',
    ]);
  });

  it('is of admins all of their account, and the server in the operator’s alone', () => {
    expect([...permissionsOf(ACME, { role: 'admin' })]).toEqual(ACCOUNT_PERMISSIONS);
    expect([...permissionsOf(DEFAULT, { role: 'admin' })]).toEqual(ALL_PERMISSIONS);
  });

  it('is nothing by a role that is gone, and never the server by one of an account', () => {
    expect([...permissionsOf(DEFAULT, { role: 'gone' })]).toEqual([]);
    expect([...permissionsOf(DEFAULT, { role: '__proto__' })]).toEqual([]);
    const rolePermissions = ['server:admin', 'flows:write', 'toString'];
    expect([...permissionsOf(DEFAULT, { role: 'own', rolePermissions })]).toEqual(['flows:write']);
    // A row that bears a built-in name changes nothing.
    const forged = { role: 'viewer', rolePermissions: ['accounts:admin'] };
    expect([...permissionsOf(DEFAULT, forged)]).toEqual(['flows:read', 'executions:read']);
  });
});
