import { ACCESS_LIMITS, assert } from '../../base/index.ts';
import { type KeyRow, keyOf } from '../account/key-row.ts';
import { type SessionRow, sessionOf } from '../account/session-row.ts';
import type { IdentityFacts, IdentityQuestion } from '../directory-store.ts';
import { isUuid, storedText } from '../stored-text.ts';
import type { Asking, Statement } from './ask.ts';
import { KEYS_BY_HASH, KEYS_BY_ID, PEOPLE_BY_ID, SESSIONS_BY_ID } from './identities-sql.ts';
import { factsOfPerson, type OfAccount, type PersonFactsRow } from './person-facts.ts';

type Answers = ReadonlyMap<string, IdentityFacts>;

/** See DirectoryStore.identities. */
export async function askIdentities(
  ask: Asking,
  questions: readonly IdentityQuestion[],
  now: number | undefined,
): Promise<readonly (IdentityFacts | undefined)[]> {
  assert(questions.length <= ACCESS_LIMITS.identitiesAQuestion, 'at most identitiesAQuestion');
  const hashes = new Set<string>();
  const pairs = { 'key-id': new Pairs(), session: new Pairs(), person: new Pairs() };
  for (const question of questions) {
    if (question.kind === 'key') hashes.add(storedText(question.hash));
    else pairs[question.kind].add(question);
  }
  const [byHash, keys, sessions, people] = await Promise.all([
    keysByHash(ask, [...hashes], now),
    pairs['key-id'].ask<KeyFactsRow>(ask, KEYS_BY_ID, factsOfKey),
    pairs.session.ask<SessionFactsRow>(ask, SESSIONS_BY_ID, factsOfSession),
    pairs.person.ask<PersonFactsRow & { readonly id: string }>(ask, PEOPLE_BY_ID, factsOfOne),
  ]);
  const byPair = { 'key-id': keys, session: sessions, person: people };
  return questions.map((question) =>
    question.kind === 'key'
      ? byHash.get(storedText(question.hash))
      : byPair[question.kind].get(placeOf(question)),
  );
}

interface Pair {
  readonly account: string;
  readonly id: string;
}

/** Ids with their accounts, each once. */
class Pairs {
  readonly #pairs = new Map<string, Pair>();

  /** What cannot be an id names nothing. */
  add({ account, id }: Pair): void {
    const pair = { account: storedText(account), id: id.toLowerCase() };
    if (isUuid(id)) this.#pairs.set(placeOf(pair), pair);
  }

  /** In one statement; none where nothing is asked for. */
  async ask<Row extends OfAccount & { readonly id: string }>(
    ask: Asking,
    statement: Statement,
    factsOf: (row: Row) => IdentityFacts,
  ): Promise<Answers> {
    const pairs = [...this.#pairs.values()];
    if (pairs.length === 0) return new Map();
    const accounts = pairs.map(({ account }) => account);
    const ids = pairs.map(({ id }) => id);
    const rows = await ask.read<Row>(statement, [accounts, ids]);
    return new Map(
      rows.map((row) => [placeOf({ account: row.account_id, id: row.id }), factsOf(row)]),
    );
  }
}

/** An id has no blank, so no two pairs have one place. */
function placeOf({ account, id }: Pair): string {
  return `${id.toLowerCase()} ${storedText(account)}`;
}

async function keysByHash(
  ask: Asking,
  hashes: readonly string[],
  now: number | undefined,
): Promise<Answers> {
  if (hashes.length === 0) return new Map();
  const rows = await ask.read<KeyFactsRow & { readonly asked: string }>(KEYS_BY_HASH, [
    hashes,
    now ?? null,
  ]);
  return new Map(rows.map((row) => [row.asked, factsOfKey(row)]));
}

type MaybePerson = PersonFactsRow | (Omit<PersonFactsRow, 'p_id'> & { readonly p_id: null });
type KeyFactsRow = OfAccount & KeyRow & { readonly is_former: boolean } & MaybePerson;
type SessionFactsRow = SessionRow & PersonFactsRow;

function factsOfKey(row: KeyFactsRow): IdentityFacts {
  return {
    ...accountOf(row),
    ...(row.p_id === null ? {} : { person: factsOfPerson(row) }),
    key: { ...keyOf(row), isFormer: row.is_former },
  };
}

function factsOfSession(row: SessionFactsRow): IdentityFacts {
  return { ...accountOf(row), person: factsOfPerson(row), session: sessionOf(row) };
}

function factsOfOne(row: PersonFactsRow): IdentityFacts {
  return { ...accountOf(row), person: factsOfPerson(row) };
}

function accountOf(row: OfAccount) {
  return { account: row.account_id, isAccountActive: row.is_account_active };
}
