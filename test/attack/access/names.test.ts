/** Attacks by names that look like somebody else's, or like nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, GOOD_PASSWORD, type TokenHolder } from '../../auth-flows/people.ts';
import { type TestServer, testServer } from '../../support/server.ts';

let server: TestServer;
let user: TokenHolder;
beforeAll(async () => {
  server = await testServer();
  user = await addPerson(server);
}, 60_000);
afterAll(() => server?.close());

describe('a name', () => {
  it.each([
    ['a Hangul filler', 'admin\u3164'],
    ['a Hangul filler of another kind', 'admin\u115f'],
    ['a half-wide Hangul filler', 'operator\uffa0'],
    ['a joiner', 'admin\u200d'],
    ['a mark that turns text round', 'admin\u202e'],
    ['a grapheme joiner', 'admin\u034f'],
    ['an empty Braille cell', 'admin\u2800'],
  ])('with %s is refused, since it looks like another', async (_what, username) => {
    const body = { username, password: GOOD_PASSWORD };
    const answer = await server.ask('POST', '/api/v1/people', { body });
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  });

  it.each([
    ['nothing that can be seen', '\u3164'],
    ['a line of its own', 'ada\u2028server: all is well'],
    ['a paragraph of its own', 'ada\u2029server: all is well'],
    ['the end of a terminal’s line', 'ada\u001b[2K'],
  ])('to be shown that holds %s is refused', async (_what, displayName) => {
    const answer = await user.ask('PATCH', '/api/v1/me', { displayName });
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
  });
});
