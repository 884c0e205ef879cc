import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CapabilityHouse, type CapabilityUse, capabilityHouse } from './capabilities.ts';
import type { Settings } from './config/index.ts';
import { AppError } from './errors/index.ts';
import { compile, type Grants, type Plan } from './language/index.ts';
import { NODE_TYPES } from './nodes/index.ts';

let house: CapabilityHouse;
let web: Server;
let port = 0;
let asked: string[] = [];
beforeAll(async () => {
  web = createServer((request, answer) => {
    asked.push(`${request.headers.host?.split(':')[0]}${request.url}`);
    if (request.url === '/away') answer.writeHead(302, { location: `http://localhost:${port}/` });
    answer.end('ok');
  });
  web.listen(0, '127.0.0.1');
  await once(web, 'listening');
  port = (web.address() as AddressInfo).port;
  // All that the house reads for what these tests open.
  const settings = {
    EGRESS_ALLOW: [`127.0.0.1:${port}`, `localhost:${port}`],
    HTTP_TIMEOUT: 5_000,
    PYTHON_SECURITY_LEVEL: 'normal',
  } as unknown as Settings;
  house = capabilityHouse({ settings, programs: new URL('file:///none/') });
});
afterAll(async () => {
  await house?.close();
  web?.close();
});

function planOf(url: string): Plan {
  const text = `name: x\nnodes:\n  a: {type: http, config: {url: "${url}"}}\n`;
  const { plan } = compile(text, { nodeTypes: NODE_TYPES });
  if (plan === undefined) throw new Error('the flow is not valid');
  return plan;
}

async function ask(url: string, grants?: CapabilityUse['grants']): Promise<string> {
  asked = [];
  const plan = planOf('http://127.0.0.1/');
  const workspace = () => Promise.reject(new Error('no files'));
  const own = { plan, payer: 'a', workspace };
  const { http } = await house.open(grants === undefined ? own : { ...own, grants });
  try {
    const signal = new AbortController().signal;
    const answer = await http?.request({ method: 'GET', url, headers: {}, signal });
    return `${answer?.status}`;
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return `${thrown.code}: ${thrown.message}`;
  }
}

const granted = (...hosts: string[]): Grants => ({
  hosts,
  connections: [],
  secrets: [],
  code: 'none',
});

describe('the network that an execution has', () => {
  it('is the hosts that its version grants', async () => {
    expect(await ask(`http://127.0.0.1:${port}/`)).toBe('200');
    expect(await ask(`http://127.0.0.1:${port}/`, granted('127.0.0.1'))).toBe('200');
    expect(await ask(`http://127.0.0.1:${port}/`, granted('dynamic'))).toBe('200');
  });

  it.each([
    ['nothing', []],
    ['another host', ['localhost']],
    ['what is below the name', ['*.127.0.0.1']],
  ])('is closed, before anything is dialled, where %s is granted', async (_what, hosts) => {
    expect(await ask(`http://127.0.0.1:${port}/`, granted(...hosts))).toBe(
      'EGRESS_REFUSED: the flow may not talk to 127.0.0.1: it is not among the hosts of its grants',
    );
    expect(asked).toEqual([]);
  });

  it('does not grow by a redirect', async () => {
    const refused = await ask(`http://127.0.0.1:${port}/away`, granted('127.0.0.1'));
    expect(refused).toMatch(/^EGRESS_REFUSED: the flow may not talk to localhost/);
    expect(asked).toEqual(['127.0.0.1/away']);
    const both = granted('127.0.0.1', 'localhost');
    expect(await ask(`http://127.0.0.1:${port}/away`, both)).toBe('200');
  });

  it('is all that the operator allows for a flow that somebody runs on their own machine', async () => {
    expect(await ask(`http://localhost:${port}/`, 'all')).toBe('200');
    expect(await ask(`http://localhost:${port}/`)).toMatch(/^EGRESS_REFUSED/);
  });
});
