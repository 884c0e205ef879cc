import type { TestAnswer, TestServer } from './server.ts';

/** Somebody who is signed in, and asks as themselves. */
export interface TestPerson {
  readonly id: string;
  readonly username: string;
  readonly headers: Readonly<Record<string, string>>;
  ask(method: string, path: string, body?: unknown): Promise<TestAnswer>;
}

const PASSWORD = 'quiet-otter-lamp-91'; // not-a-secret

/** Makes a person of the account `default` and signs them in. */
export async function testPerson(
  server: TestServer,
  username: string,
  role = 'user',
): Promise<TestPerson> {
  const body = { username, role, password: PASSWORD };
  const made = await server.ask('POST', '/api/v1/people', { body });
  if (made.status !== 201) throw new Error(made.text);
  const signedIn = await server.ask('POST', '/api/v1/auth/sign-in', {
    body: { username, password: PASSWORD },
    headers: { 'x-api-key': '' },
  });
  const token = signedIn.json?.accessToken;
  if (typeof token !== 'string') throw new Error(signedIn.text);
  const headers = { authorization: `Bearer ${token}` };
  return { ...asker(server, headers), id: made.json.id, username };
}

/** Asks with these headers and no key. */
export function asker(
  server: Pick<TestServer, 'url'>,
  headers: Readonly<Record<string, string>>,
): Pick<TestPerson, 'headers' | 'ask'> {
  return {
    headers,
    ask: async (method, path, body) => {
      const response = await fetch(server.url + path, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      let json: TestAnswer['json'];
      try {
        json = JSON.parse(text);
      } catch {
        json = undefined;
      }
      return { status: response.status, headers: response.headers, text, json };
    },
  };
}
