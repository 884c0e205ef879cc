// ASVS 5.0 V6.2.8, V6.2.9, V6.2.11, V6.2.12 at the doors where passwords come in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPerson, ask, signIn } from '../auth-flows/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** 72 bytes, of which no part is a word. */
const LONG = 'k7Vq-zR2wM.u4Xe_9Tb+Lc5Yd=Ga8Hf!Nj3Ps@6Kr#Ov1Zt$Ei0Wy^Bm&Uh*Qx(Df)Ja~l';

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ signUp: 'open' });
});
afterAll(() => server?.close());

describe('a password that is sent', () => {
  it.each([64, 72])('may have %i bytes, of which each counts', async (length) => {
    const password = LONG.slice(0, length);
    const username = `long-${length}`;
    const made = await server.ask('POST', '/api/v1/people', { body: { username, password } });
    expect(made.status, made.text).toBe(201);
    const short = password.slice(0, -1);
    const others = [`${short}_`, short, `${password} `, password.toLowerCase()];
    for (const other of others) expect((await signIn(server, username, other)).status).toBe(401);
    expect((await signIn(server, username, password)).status).toBe(200);
  });

  it.each([73, 128])('is refused at %i bytes, and never cut', async (length) => {
    const password = LONG.repeat(2).slice(0, length);
    const made = await server.ask('POST', '/api/v1/people', {
      body: { username: `too-long-${length}`, password },
    });
    expect([made.status, made.json.error.code]).toEqual([422, 'PASSWORD_WEAK']);
  });

  it('is judged by the same rules wherever one is set', async () => {
    const person = await addPerson(server, { username: 'zorblax' });
    const weak = ['password1', 'zorblax1987!', 'sluice-2026'];
    for (const password of weak) {
      const reset = await server.ask('POST', `/api/v1/people/${person.id}/password-reset`);
      const invited = await server.ask('POST', '/api/v1/invitations', { body: {} });
      const username = `zorblax-${weak.indexOf(password)}`;
      const current = 'violet otter under 92 lamps'; // not-a-secret
      const answers = [
        await server.ask('POST', '/api/v1/people', { body: { username, password } }),
        await ask(server, 'POST', '/api/v1/auth/sign-up', { body: { username, password } }),
        await ask(server, 'POST', '/api/v1/auth/sign-up', {
          body: { username, password, invitation: invited.json.token },
        }),
        await ask(server, 'POST', '/api/v1/auth/reset-password', {
          body: { token: reset.json.token, password },
        }),
        await person.ask('POST', '/api/v1/me/password', { current, new: password }),
      ];
      const codes = answers.map(({ json }) => json?.error?.code);
      expect(codes, password).toEqual(codes.map(() => 'PASSWORD_WEAK'));
    }
  });
});
