import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SmallServer, smallServer } from './small-server.ts';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example';

let server: SmallServer;
beforeAll(async () => {
  server = await smallServer({ edge: { cors: [APP, 'https://admin.example.com'] } });
});
afterAll(() => server?.close());

const preflight = (path: string, origin: string, method = 'POST') =>
  server.ask(path, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'x-evil',
    },
  });
const granted = ({ headers }: Response) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('a preflight', () => {
  it('from a listed origin is told what this path takes, with credentials', async () => {
    const answer = await preflight('/things', APP);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS, POST',
      'access-control-max-age': '600',
      vary: 'origin',
    });
    expect(answer.headers.get('access-control-allow-headers')).not.toContain('x-evil');
    const { headers } = await preflight('/open', APP, 'DELETE');
    expect(headers.get('access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
  });

  it.each([EVIL, 'null', `${APP}.evil.example`, 'http://app.example.com', `${APP}:444`])(
    'from %s is told nothing',
    async (origin) => {
      const answer = await preflight('/things', origin);
      expect(granted(answer)).toEqual([]);
      expect(answer.headers.get('vary')).toBe('origin');
    },
  );

  it('counts against no page that asks for many addresses', async () => {
    const asked = Array.from({ length: 150 }, () => preflight('/things', APP));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([204]));
  });

  it('for what is not there is told so', async () => {
    expect((await preflight('/nothing', APP)).status).toBe(404);
  });
});

describe('an answer', () => {
  it.each(['/things', '/open', '/health', '/nothing', '/refuse/FORBIDDEN'])(
    'to a listed origin can be read, also where it is an error: %s',
    async (path) => {
      const { headers } = await server.ask(path, { headers: { origin: APP } });
      expect(headers.get('access-control-allow-origin')).toBe(APP);
      expect(headers.get('access-control-expose-headers')).toContain('retry-after');
    },
  );

  it.each(['/things', '/open', '/health', '/nothing'])(
    'to any other has no header of CORS: %s',
    async (path) => {
      expect(granted(await server.ask(path, { headers: { origin: EVIL } }))).toEqual([]);
      expect(granted(await server.ask(path))).toEqual([]);
    },
  );

  it('is the same to all where nothing is listed', async () => {
    const closed = await smallServer();
    const answer = await closed.ask('/open', { headers: { origin: APP } });
    expect(granted(answer)).toEqual([]);
    expect(answer.headers.get('vary')).toBe(null);
    await closed.close();
  });
});
