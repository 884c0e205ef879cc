import type { Clock } from '../../src/base/index.ts';
import type { TestAnswer, TestServer } from '../support/server.ts';

/** A password that no rule refuses; made for tests alone. */
export const GOOD_PASSWORD = 'violet otter under 92 lamps'; // not-a-secret
/** Another one. */
export const NEXT_PASSWORD = 'eleven quiet harbours, one kite'; // not-a-secret

let made = 0;

/** Somebody with the tokens of one sign-in. */
export interface TokenHolder {
  readonly id: string;
  readonly username: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  ask(method: string, path: string, body?: unknown): Promise<TestAnswer>;
}

/** Adds a person to the account `default` and signs them in. */
export async function addPerson(
  server: TestServer,
  more: Readonly<Record<string, unknown>> = {},
): Promise<TokenHolder> {
  made += 1;
  const body = { username: `person-${made}`, password: GOOD_PASSWORD, ...more };
  const answer = await server.ask('POST', '/api/v1/people', { body });
  if (answer.status !== 201) throw new Error(answer.text);
  return await signedIn(server, answer.json.username);
}

/** Signs a person in who is there. */
export async function signedIn(
  server: Pick<TestServer, 'url'>,
  username: string,
  password = GOOD_PASSWORD,
): Promise<TokenHolder> {
  const answer = await signIn(server, username, password);
  if (answer.status !== 200) throw new Error(answer.text);
  const { accessToken, refreshToken, person } = answer.json;
  const headers = { authorization: `Bearer ${accessToken}` };
  return {
    id: person.id,
    username,
    accessToken,
    refreshToken,
    ask: (method, path, body) => ask(server, method, path, { headers, body }),
  };
}

/** Asks for tokens; without any credential. */
export function signIn(server: Pick<TestServer, 'url'>, username: string, password: string) {
  return ask(server, 'POST', '/api/v1/auth/sign-in', { body: { username, password } });
}

/** Asks with these headers alone, and no key unless they name one. */
export async function ask(
  server: Pick<TestServer, 'url'>,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: unknown } = {},
): Promise<TestAnswer> {
  const response = await fetch(server.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, json };
}

/** A clock that stands still until the test moves it. */
export function heldClock(start = Date.now()): Clock & { pass(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    sleep: async () => undefined,
    pass: (ms) => {
      now += ms;
    },
  };
}
