import { createHash, randomUUID } from 'node:crypto';
import type { AccountId, KeyId, PersonId, SessionId } from '../../src/base/index.ts';
import type {
  KeyDraft,
  PersonDraft,
  PersonRecord,
  SessionDraft,
  Store,
} from '../../src/store/index.ts';
import { A, auditOf, NOW } from './open-test-store.ts';

/** Rows of people, sessions and keys, as the rooms above the store make them. */

export const personId = () => randomUUID() as PersonId;
export const sessionId = () => randomUUID() as SessionId;
export const keyId = () => randomUUID() as KeyId;
export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

export const DAY = 24 * 60 * 60_000;

export function personDraft(more: Partial<PersonDraft> = {}): PersonDraft {
  return {
    username: `person-${randomUUID()}`,
    displayName: 'Some Body',
    role: 'user',
    passwordHash: 'hash of a password',
    at: NOW,
    ...more,
  };
}

/** Makes a person who can have sessions and keys. */
export async function addPerson(
  store: Store,
  more: Partial<PersonDraft> = {},
  account: AccountId = A,
): Promise<PersonRecord> {
  const { people } = store.account(account);
  return await people.create(personId(), personDraft(more), auditOf('person.create'));
}

export function sessionDraft(person: PersonId, more: Partial<SessionDraft> = {}): SessionDraft {
  return {
    id: sessionId(),
    person,
    at: NOW,
    expiresAt: NOW + 30 * DAY,
    address: '192.0.2.1',
    agent: 'a browser',
    refreshHash: hashOf('first'),
    ...more,
  };
}

export function keyDraft(more: Partial<KeyDraft> = {}): KeyDraft {
  const id = more.id ?? keyId();
  return {
    id,
    name: 'a key',
    prefix: 'sk_12345678',
    scopes: ['flows:read'],
    networks: [],
    createdBy: 'key:admin-1',
    createdAt: NOW,
    hash: hashOf(id),
    ...more,
  };
}

/** What so many at once are answered, by how often each answer came. */
export function tally(answers: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  return counts;
}
