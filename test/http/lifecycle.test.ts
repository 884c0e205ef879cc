import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { NodeContext, NodeType } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { HELLO, LONG, savedFlow } from '../support/flows.ts';
import { rawRequest, readAnswer, sendRaw } from '../support/raw-http.ts';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

async function withServer<T>(
  options: Parameters<typeof testServer>[0],
  use: (server: TestServer) => Promise<T>,
): Promise<T> {
  const server = await testServer(options);
  try {
    return await use(server);
  } finally {
    await server.close();
  }
}

describe('a request that does not arrive', () => {
  const head = rawRequest('POST /api/v1/flows/validate', {
    'X-API-Key': TEST_KEY,
    'Content-Type': 'application/json',
    'Content-Length': '50',
  });

  it.each([
    ['its headers', 'GET /health HTTP/1.1\r\nHost: x\r\n'],
    ['its body', `${head}{"source"`],
  ])('whole in time is answered in the shape of all errors: %s', async (_what, bytes) => {
    await withServer({ requestMs: 300 }, async (server) => {
      const answer = readAnswer(await sendRaw(server.url, bytes));
      expect(answer.status, answer.body).toBe(408);
      expect(JSON.parse(answer.body).error.code).toBe('REQUEST_TIMEOUT');
    });
  });
});

describe('a server that stops', () => {
  it('answers who waits, and the execution goes on elsewhere', async () => {
    const first = await testServer();
    const second = await testServer({ databaseUrl: first.databaseUrl });
    try {
      const flow = await savedFlow(first, LONG);
      const waiting = second.ask('POST', `/api/v1/flows/${flow}/execute?wait=60s`);
      const list = () => first.ask('GET', `/api/v1/executions?flowId=${flow}`);
      await expect.poll(async () => (await list()).json.items[0]?.status).toBe('waiting');
      await second.close();
      const answer = await waiting;
      expect(answer.status).toBe(202);
      const read = await first.ask('GET', `/api/v1/executions/${answer.json.id}`);
      expect(read.json.status).toBe('waiting');
      const cancelled = await first.ask('POST', `/api/v1/executions/${answer.json.id}/cancel`);
      expect(cancelled.status).toBe(202);
    } finally {
      await first.close();
    }
  });

  it('keeps no connection open on which it answers who waited', async () => {
    const server = await testServer({ slots: 1 });
    const agent = new Agent({ keepAlive: true });
    try {
      const flow = await savedFlow(server, LONG);
      const waiting = [1, 2, 3].map(() => startOver(agent, server.url, flow));
      const list = () => server.ask('GET', `/api/v1/executions?flowId=${flow}`);
      await expect.poll(async () => (await list()).json.items.length).toBe(3);
      await server.close();
      expect(await Promise.all(waiting)).toEqual([1, 2, 3].map(() => [202, 'close']));
    } finally {
      agent.destroy();
    }
  });

  it('stops while a connection is open that says nothing', async () => {
    const server = await testServer();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await server.ask('GET', '/health');
    await server.close();
    await closed;
  });
});

/** Starts with a long wait; gives the status and what the answer says of the connection. */
function startOver(agent: Agent, url: string, flow: string): Promise<readonly unknown[]> {
  const headers = { 'x-api-key': TEST_KEY, 'content-type': 'application/json' };
  const options = { agent, method: 'POST', headers };
  return new Promise((resolve, reject) => {
    request(`${url}/api/v1/flows/${flow}/execute?wait=60s`, options, (answer) => {
      answer.resume();
      resolve([answer.statusCode, answer.headers.connection]);
    })
      .once('error', reject)
      .end('{}');
  });
}

describe('the host of a server', () => {
  const listening = (server: TestServer, host: string) =>
    testServer({
      databaseUrl: server.databaseUrl,
      edge: { host },
    });

  it.each(['192.0.2.1', 'nowhere.invalid'])('is named where it is not ours: %s', async (host) => {
    await withServer({}, async (server) => {
      await expect(listening(server, host)).rejects.toMatchObject({
        code: 'HOST_UNUSABLE',
        message: expect.stringContaining(host),
      });
    });
  });

  it('is told as an address that can be used, also where it stands for all', async () => {
    await withServer({}, async (server) => {
      const everywhere = await listening(server, '0.0.0.0');
      try {
        expect(everywhere.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect((await everywhere.ask('GET', '/health/live')).status).toBe(200);
      } finally {
        await everywhere.close();
      }
    });
  });
});

describe('a request while the database is away', () => {
  const answering = (thrown: () => Error) =>
    testServer({
      replace: {
        checkInputs: () => {
          throw thrown();
        },
      },
    });
  const start = async (server: TestServer) => {
    const flow = await savedFlow(server, HELLO);
    return server.ask('POST', `/api/v1/flows/${flow}/execute`);
  };
  const told = (server: TestServer) => server.logged.filter(({ level }) => level !== 'debug');

  it('reads through lost connections', async () => {
    await withServer({}, async (server) => {
      const flow = await savedFlow(server, HELLO);
      const admin = new pg.Client({ connectionString: server.databaseUrl });
      await admin.connect();
      const cut = () =>
        admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
      const paths = [`/api/v1/flows/${flow}`, '/api/v1/flows', `/api/v1/flows/${flow}/versions`];
      const statuses = new Set<number>();
      let cuts = 0;
      for (let round = 0; round < 30; round += 1) {
        const reads = Promise.all(paths.map((path) => server.ask('GET', path)));
        cuts += (await cut()).rowCount ?? 0;
        for (const { status } of await reads) statuses.add(status);
      }
      expect(cuts).toBeGreaterThan(0);
      await admin.end();
      expect([...statuses]).toEqual([200]);
    });
  });

  it('may come again in a moment, and is no noise in the log', async () => {
    const cause = new Error('connect ECONNREFUSED');
    const away = () => new AppError('STORE_UNAVAILABLE', { message: 'away', cause });
    const server = await answering(away);
    try {
      const answer = await start(server);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(told(server)).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('is told of in one line without a stack where the database was only slow', async () => {
    const cause = new Error('Query read timeout');
    const slow = () => new AppError('STORE_UNAVAILABLE', { message: 'away', cause });
    const server = await answering(slow);
    try {
      await start(server);
      const lines = told(server);
      expect(lines).toMatchObject([{ level: 'warn', fields: { reason: 'Query read timeout' } }]);
      expect(lines[0]?.fields).not.toHaveProperty('error');
    } finally {
      await server.close();
    }
  });
});

describe('a port that is taken', () => {
  it('is named', async () => {
    await withServer({}, async (server) => {
      const port = Number(new URL(server.url).port);
      const again = testServer({
        databaseUrl: server.databaseUrl,
        edge: { port },
      });
      await expect(again).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(String(port)),
      });
    });
  });
});

describe('the health of a server', () => {
  it('fails with its database, and says no more than that', async () => {
    const server = await testServer();
    const broken = await testServer({
      databaseUrl: server.databaseUrl,
      replace: {
        store: { ...server.store, check: () => Promise.reject(new Error('host db.internal')) },
      },
    });
    try {
      for (const path of ['/health', '/health/ready']) {
        const answer = await broken.ask('GET', path, { headers: { 'x-api-key': '' } });
        expect([answer.status, answer.text], path).toEqual([503, '{"status":"failing"}']);
      }
      expect((await broken.ask('GET', '/health/live')).status).toBe(200);
      const details = await broken.ask('GET', '/health/detailed');
      expect(details.text).not.toContain('db.internal');
    } finally {
      await broken.close();
      await server.close();
    }
  });
});

describe('the log lines of an execution', () => {
  const TALKER = {
    id: 'talker',
    version: 1,
    title: 'Talker',
    summary: 'Logs three lines.',
    role: 'step',
    effect: 'pure',
    needs: [],
    config: {},
    run: (context: NodeContext) => {
      for (const line of ['one', 'two', 'three']) context.log('info', `${context.node} ${line}`);
      return { value: null };
    },
  } as unknown as NodeType;

  it('come in pages that miss nothing and repeat nothing', async () => {
    await withServer({ nodeTypes: [...NODE_TYPES, TALKER] }, async (server) => {
      const flow = await savedFlow(
        server,
        'name: talk\nnodes:\n  a: {type: talker}\n  b: {type: talker, depends_on: [a]}\n',
      );
      const { json } = await server.ask('POST', `/api/v1/flows/${flow}/execute?wait=10s`);
      for (const limit of [1, 2, 3, 4, 6, 200]) {
        const seen: string[] = [];
        for (let cursor = ''; ; ) {
          const path = `/api/v1/executions/${json.id}/logs?limit=${limit}${cursor}`;
          const page = await server.ask('GET', path);
          for (const { message } of page.json.items) seen.push(message);
          if (page.json.nextCursor === undefined) break;
          cursor = `&cursor=${page.json.nextCursor}`;
        }
        expect(seen).toEqual(['a one', 'a two', 'a three', 'b one', 'b two', 'b three']);
      }
      const one = await server.ask('GET', `/api/v1/executions/${json.id}/logs?node=b&limit=1`);
      expect(one.json.items).toMatchObject([{ node: 'b', level: 'info', message: 'b one' }]);
    });
  });
});

describe('many starts at once', () => {
  it('are all finished, each once', async () => {
    await withServer({ slots: 8 }, async (server) => {
      const flow = await savedFlow(server, HELLO);
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, index) =>
          server.ask('POST', `/api/v1/flows/${flow}/execute?wait=30s`, {
            body: { inputs: { who: `n${index}` } },
          }),
        ),
      );
      expect(answers.map(({ json }) => json.outputs?.text)).toEqual(
        answers.map((_, index) => `Hello n${index}!`),
      );
    });
  });
});
