import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { type GuardedHttp, guardedHttp } from './egress.ts';
import { parseAllowList } from './egress-allow.ts';
import { judgeAddress, judgeUrl } from './egress-judge.ts';

const CORPORA = process.env.CORPORA_DIR ?? '../shared/corpora';
const OUTSIDE = '127.0.0.2';

/** Every line, string and block of the lists that could be meant as a URL or host. */
function payloads(): string[] {
  const found = new Set<string>();
  const add = (text: string) => {
    for (const line of text.split('\n')) {
      found.add(line.trim());
      for (const word of line.split(/[\s"'<>=,]+/)) found.add(word);
    }
  };
  const collect = (data: unknown): void => {
    if (typeof data === 'string') add(data);
    else if (Array.isArray(data)) data.forEach(collect);
    else if (typeof data === 'object' && data !== null) Object.values(data).forEach(collect);
  };
  for (const file of [
    'ssrf/patt-ssrf-blocks.json',
    'url/wpt-urltestdata.json',
    'url/wpt-toascii.json',
    'url/wpt-percent-encoding.json',
  ]) {
    collect(JSON.parse(readFileSync(`${CORPORA}/${file}`, 'utf8')));
  }
  for (const file of [
    'ssrf/fuzzdb-localhost-encodings.txt',
    'redirect/fuzzdb-redirect.txt',
    'redirect/patt-open-redirect.txt',
  ]) {
    add(readFileSync(`${CORPORA}/${file}`, 'utf8').replaceAll('{target}', '127.0.0.1'));
  }
  found.delete('');
  return [...found];
}

/** A literal public address would be dialled for real: the tests stay on this machine. */
function leadsOutside(text: string, base?: string): boolean {
  if (!URL.canParse(text, base)) return false;
  const host = new URL(text, base).hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && judgeAddress(host, parseAllowList([])) === undefined;
}

/** The same URL aimed at the canary's port, so that a guard that fails is seen to fail. */
function aimed(text: string, port: number): string {
  try {
    const { url } = judgeUrl(text);
    url.port = String(port);
    return url.href;
  } catch {
    return text;
  }
}

describe.skipIf(!existsSync(`${CORPORA}/ssrf`))(
  'every payload of the SSRF, URL and redirect lists',
  () => {
    let hits = 0;
    let port = 0;
    let status = 302;
    let location = '';
    const servers: Server[] = [];
    let http: GuardedHttp;

    const listen = async (server: Server, host: string, on: number) => {
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(on, host, resolve));
    };

    beforeAll(async () => {
      const canary = createServer((_request, response) => response.end('secret'));
      canary.on('connection', () => {
        hits += 1;
      });
      await listen(canary, '127.0.0.1', 0);
      port = (canary.address() as AddressInfo).port;
      const outside = createServer((request, response) => {
        if (request.url !== '/redirect') response.end('outside');
        else
          response.writeHead(status, { location: Buffer.from(location).toString('latin1') }).end();
      });
      await listen(outside, OUTSIDE, port);
      // Every name leads outside when it is first asked for, and to the canary ever after.
      const asked = new Set<string>();
      http = guardedHttp({
        allow: [OUTSIDE],
        resolve: async (host) => {
          const address = asked.has(host) ? '127.0.0.1' : OUTSIDE;
          asked.add(host);
          return [{ address, family: 4 }];
        },
      });
    });

    afterAll(async () => {
      await http.close();
      for (const server of servers) server.close();
    });

    async function outcome(url: string): Promise<string> {
      const signal = AbortSignal.timeout(5_000);
      try {
        const request = { method: 'GET', headers: {}, url, timeoutMs: 5_000, signal };
        const answer = await http.request(request);
        return Buffer.from(answer.body).toString();
      } catch (error) {
        return error instanceof AppError ? error.code : `thrown: ${String(error)}`;
      }
    }

    const CODES = ['outside', 'URL_INVALID', 'EGRESS_REFUSED', 'HTTP_FAILED'];

    it('makes no connection to loopback as a URL or as a host', async () => {
      const seen = new Map<string, number>();
      for (const payload of payloads()) {
        for (const text of [payload, `http://${payload}/`, `http://[${payload}]/`]) {
          if (leadsOutside(text)) continue;
          const result = await outcome(aimed(text, port));
          if (!CODES.includes(result)) expect([text, result]).toEqual([text, 'one of the codes']);
          seen.set(result, (seen.get(result) ?? 0) + 1);
        }
      }
      expect(hits).toBe(0);
      expect(seen.get('EGRESS_REFUSED')).toBeGreaterThan(300);
      expect(seen.get('outside')).toBeGreaterThan(10);
    });

    it.each([301, 302, 303, 307, 308])(
      'makes no connection to loopback after a %i',
      async (code) => {
        status = code;
        const base = `http://${OUTSIDE}:${port}/redirect`;
        let sent = 0;
        for (const payload of payloads()) {
          for (const text of [payload, `http://${payload}/`]) {
            location = aimed(text, port);
            const carried = Buffer.from(location).toString('latin1');
            if (!/^[\t\x20-\x7e\x80-\xff]+$/.test(carried) || leadsOutside(location, base))
              continue;
            sent += 1;
            const result = await outcome(base);
            if (![...CODES, 'HTTP_REDIRECTS'].includes(result)) {
              expect([text, result]).toEqual([text, 'one of the codes']);
            }
          }
        }
        expect(hits).toBe(0);
        expect(sent).toBeGreaterThan(1_000);
      },
    );
  },
);
