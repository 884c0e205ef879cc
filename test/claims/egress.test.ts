import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClaimServer, claimServer } from './support.ts';

/** What the guides promise of requests that flows send, with a service that must not be reached. */

interface Service {
  readonly port: number;
  readonly asked: IncomingHttpHeaders[];
  close(): void;
}

let server: ClaimServer;
let listed: Service;
let hidden: Service;
let selfSigned: Service;

beforeAll(async () => {
  hidden = await serve(createServer());
  const inward = `http://127.0.0.1:${hidden.port}/metadata`;
  listed = await serve(createServer(), { location: inward });
  selfSigned = await serve(createTlsServer(certificate()));
  const allow = [`localhost:${listed.port}`, `localhost:${selfSigned.port}`];
  server = await claimServer({
    ENABLE_RATE_LIMITING: 'false',
    EGRESS_ALLOW: allow.join(','),
  });
});
afterAll(async () => {
  for (const service of [listed, hidden, selfSigned]) service?.close();
  await server?.close();
});

/** Answers everything, `/redirect` with where to go instead, and keeps what it was sent. */
async function serve(made: Server, options: { location?: string } = {}): Promise<Service> {
  const asked: IncomingHttpHeaders[] = [];
  made.on('request', (request, response) => {
    asked.push(request.headers);
    const isRedirect = request.url === '/redirect';
    response.writeHead(isRedirect ? 302 : 200, isRedirect ? { location: options.location } : {});
    response.end('"reached"');
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  // It listens on TCP.
  const { port } = made.address() as AddressInfo;
  return { port, asked, close: () => made.close() };
}

function certificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...words, ...files, ...names], { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const made = { key: read('key.pem'), cert: read('cert.pem') };
  rmSync(folder, { recursive: true });
  return made;
}

const fetching = (config: object) =>
  JSON.stringify({
    name: 'fetch',
    inputs: { url: 'string', header: { type: 'string', default: 'x' } },
    nodes: { a: { type: 'http', config: { url: '{{ inputs.url }}', timeout: 5, ...config } } },
    outputs: { status: 'a.status_code' },
  });
const fetched = (url: string, config: object = {}) => server.run(fetching(config), { url });

async function expectRefused(url: string): Promise<void> {
  const { status, error } = await fetched(url);
  expect(status, url).toBe('failed');
  expect(error.code, `${url}: ${error.message}`).toMatch(/^(?:EGRESS_REFUSED|URL_INVALID)$/);
}

describe('a request that a flow sends', () => {
  it('G2.135 does not reach this machine or its cloud, however it is written', async () => {
    const { port } = hidden;
    for (const host of [
      '127.0.0.1',
      'localhost',
      '169.254.169.254',
      '[::1]',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
    ]) {
      await expectRefused(`http://${host}:${port}/`);
      await expectRefused(`http://${host}/`);
    }
    expect(hidden.asked).toEqual([]);
    // The twin: one that the operator listed is reached.
    expect(await fetched(`http://localhost:${listed.port}/`)).toMatchObject({
      status: 'completed',
      outputs: { status: 200 },
    });
  });

  it('G4.246 does not reach internal ranges', async () => {
    for (const host of [
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.254',
      '192.168.1.1',
      '127.8.8.8',
      '169.254.1.1',
      '[::1]',
      '[fc00::1]',
      '[fd12::1]',
      '[fe80::1]',
      '[::ffff:10.0.0.1]',
      '100.64.0.1',
    ]) {
      await expectRefused(`http://${host}/`);
    }
  });

  it('G4.246 does not follow a redirect or a name inwards', async () => {
    await expectRefused(`http://localhost:${listed.port}/redirect`);
    await expectRefused(`http://localhost:${hidden.port}/`);
    await expectRefused(`http://127.0.0.1.:${hidden.port}/`);
    expect(hidden.asked).toEqual([]);
    expect(listed.asked.length).toBeGreaterThan(0);
  });

  it('G4.203 speaks http and https to hosts outside and nothing else', async () => {
    for (const url of [
      'file:///etc/passwd',
      'gopher://x/',
      'ftp://x/',
      'data:,x',
      '//x',
      'x',
      '',
    ]) {
      const { status, error } = await fetched(url);
      expect(status, url).toBe('failed');
      expect(error.code, url).toMatch(/^URL_INVALID$/);
    }
    const written = JSON.stringify({
      name: 'f',
      nodes: { a: { type: 'http', config: { url: 'file:///etc/passwd' } } },
    });
    const saved = await server.ask('POST', '/api/v1/flows', { body: { source: written } });
    expect(saved.status).toBe(400);
    await expectRefused(`http://127.0.0.1:${hidden.port}/`);
  });

  it('G4.204 carries no line break in a header', async () => {
    const url = `http://localhost:${listed.port}/`;
    const flow = fetching({ headers: { 'X-Given': '{{ inputs.header }}' } });
    for (const header of ['a\r\nX-Forged: 1', 'a\nX-Forged: 1', 'a\rb', 'a\u0000b']) {
      const { status, error } = await server.run(flow, { url, header });
      expect(status).toBe('failed');
      expect(error.code).toBe('HEADER_INVALID');
    }
    const good = await server.run(flow, { url, header: 'plain' });
    expect(good.status).toBe('completed');
    expect(listed.asked.at(-1)).toMatchObject({ 'x-given': 'plain' });
    expect(JSON.stringify(listed.asked)).not.toContain('forged');
  });

  it('G4.216 trusts no certificate that nobody vouches for', async () => {
    const { status, error } = await fetched(`https://localhost:${selfSigned.port}/`);
    expect(status).toBe('failed');
    expect(error.code).toMatch(/TLS|CERTIFICATE|HTTP_/);
    expect(`${error.message} ${JSON.stringify(error.details ?? {})}`).toMatch(/certificate/i);
    expect(selfSigned.asked).toEqual([]);
  });
});
