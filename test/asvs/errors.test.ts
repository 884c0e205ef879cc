// ASVS 5.0 V16.5.1: whatever goes wrong, the answer is of one form and says nothing of our insides.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorAnswer, ROUTES, type Route } from '../../src/contract/index.ts';
import { pathOf, type Things } from '../http/matrix/samples.ts';
import { type TestAnswer, type TestServer, testServer } from '../support/server.ts';

const INSIDE = new RegExp(
  [
    String.raw`\bat \S+ \(|node_modules|\.[jt]s:\d|\/srv\/|stack`,
    String.raw`\bselect\s|sluice\.\w|ECONN|postgres|pg_|kysely|fastify|zod`,
  ].join('|'),
  'i',
);
const RUNS = 500;

/** What a failing part of ours may throw: texts that must not get out. */
const INSIDES = [
  'select "password_hash" from "sluice"."people"',
  'connect ECONNREFUSED 10.0.0.5:5432',
  'at openStore (file:///srv/sluice/src/store/open-store.ts:41:7)',
  'relation sluice.people does not exist',
  'fastify FST_ERR_HOOK_TIMEOUT in node_modules/fastify/lib/hooks.js:12',
  'JWT_SECRET_KEY=correct-horse-battery',
];
const thrown = fc.oneof(
  fc.constantFrom(...INSIDES).map((text) => new Error(text)),
  fc.constantFrom(...INSIDES),
  fc.constantFrom(...INSIDES).map((text) => Object.assign(new TypeError(text), { code: text })),
  fc.constantFrom(...INSIDES).map((message) => ({ message, stack: message, statusCode: 418 })),
  fc.constantFrom(...INSIDES).map((text) => new Error('x', { cause: new Error(text) })),
  fc.constantFrom(...INSIDES).map((text) => Object.assign(new Error(text), { details: { text } })),
  fc.constantFrom(...INSIDES).map((text) => new AggregateError([new Error(text)], text)),
  fc.constantFrom(undefined, null, 0, Symbol('x')),
);

let server: TestServer;
let failure: unknown;
beforeAll(async () => {
  server = await testServer({
    replace: {
      compile: () => {
        throw failure;
      },
    },
  });
});
afterAll(() => server?.close());

function expectClean(answer: TestAnswer): void {
  expect(errorAnswer.strict().safeParse(answer.json).error, answer.text).toBeUndefined();
  expect(answer.json.error.requestId).toBe(answer.headers.get('x-request-id'));
  expect(answer.text).not.toMatch(INSIDE);
}

describe('an error', () => {
  it(`of ours, in ${RUNS} forms, says nothing of itself`, async () => {
    await fc.assert(
      fc.asyncProperty(thrown, async (error) => {
        failure = error;
        const answer = await server.ask('POST', '/api/v1/flows/validate', {
          body: { source: 'name: x' },
        });
        expect(answer.status).toBe(500);
        expectClean(answer);
        expect(answer.json.error.message).toBe('an internal error occurred');
        for (const text of INSIDES) expect(answer.text).not.toContain(text);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);

  it(`that ${RUNS} hostile requests cause is of the one form, and never ours`, async () => {
    failure = undefined;
    const routes = (ROUTES as readonly Route[]).filter(({ transport }) => transport === undefined);
    const text = fc.oneof(
      fc.constantFrom("' or 1=1 --", '../../etc/passwd', '%00', '\u0000', '__proto__', '{{7*7}}'),
      fc.string({ maxLength: 60 }),
    );
    const request = fc.record({
      route: fc.constantFrom(...routes),
      text,
      body: fc.oneof(fc.json(), text, fc.constant('{"a":')),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ route, text: given, body }) => {
        const part = encodeURIComponent(given) || 'x';
        const things = new Proxy({}, { get: () => part }) as Things;
        const path = `${pathOf(route.path, things)}?${part}=${part}`;
        const own = route.method === 'GET' ? {} : { body };
        const answer = await server.ask(route.method, path, own);
        expect(answer.status, `${route.method} ${path}`).not.toBe(500);
        if (answer.status >= 400) expectClean(answer);
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
