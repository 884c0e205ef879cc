import { createHash, createHmac } from 'node:crypto';
import pg from 'pg';
import type { Answer, ClaimServer } from './support.ts';

/** A password that no rule refuses; made for tests alone. */
export const PASSWORD = 'violet otter under 92 lamps'; // not-a-secret

export type Headers = Readonly<Record<string, string>>;

/** Somebody who signed in, and asks as themselves. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

type Server = Pick<ClaimServer, 'ask'>;

/** Asks without a key, but with these headers. */
export function askBare(
  server: Server,
  [method, path]: readonly [string, string],
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Headers } = {},
): Promise<Answer> {
  return server.ask(method, path, {
    headers: { 'x-api-key': '', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

export function signIn(server: Server, username: string, password = PASSWORD): Promise<Answer> {
  return askBare(server, ['POST', '/api/v1/auth/sign-in'], { body: { username, password } });
}

/** Makes a person of the account `default` and signs them in. */
export async function personOf(server: Server, username: string, role?: string): Promise<Person> {
  const body = { username, password: PASSWORD, ...(role === undefined ? {} : { role }) };
  const made = await server.ask('POST', '/api/v1/people', { body });
  if (made.status !== 201) throw new Error(made.text);
  return signedIn(server, username);
}

export async function signedIn(
  server: Server,
  username: string,
  password = PASSWORD,
): Promise<Person> {
  const answer = await signIn(server, username, password);
  if (answer.status !== 200) throw new Error(answer.text);
  const { accessToken, refreshToken, person } = answer.json;
  const headers = { authorization: `Bearer ${accessToken}` };
  return {
    id: person.id,
    username,
    accessToken,
    refreshToken,
    ask: (method, path, asked) =>
      askBare(server, [method, path], {
        headers,
        ...(asked === undefined ? {} : { body: asked }),
      }),
  };
}

/** What stands in a token, unproven. */
export function readToken(token: string): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>> & { exp: number; iat: number };
} {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  return { header, claims };
}

export function tokenPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** `kid` of what a secret signs. */
export function keyId(secret: string): string {
  return createHash('sha256').update(`kid${secret}`).digest('hex').slice(0, 16);
}

/** A token as whoever has this secret would sign it. */
export function signed(
  claims: object,
  secret: string,
  header: object = { alg: 'HS256', typ: 'at+jwt', kid: keyId(secret) },
): string {
  const text = `${tokenPart(header)}.${tokenPart(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

/** Statements as whoever owns the database. */
export async function sql<Row = Readonly<Record<string, string>>>(
  { databaseUrl }: Pick<ClaimServer, 'databaseUrl'>,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Rows have what the statement of the test names.
    return (await client.query(text, [...values])).rows as Row[];
  } finally {
    await client.end();
  }
}

/** All that the database keeps, as text. */
export async function databaseDump(of: Pick<ClaimServer, 'databaseUrl'>): Promise<string> {
  const tables = await sql(
    of,
    "SELECT format('sluice.%I', tablename) AS name FROM pg_tables WHERE schemaname = 'sluice'",
  );
  const texts = await Promise.all(
    tables.map(({ name }) => sql(of, `SELECT t::text AS text FROM ${name} AS t`)),
  );
  return texts
    .flat()
    .map(({ text }) => text)
    .join('\n');
}
