import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** True where the request asks for a WebSocket, alone or among others. */
export function isForWebSocket({ headers }: IncomingMessage): boolean {
  return tokensOf(headers.upgrade ?? '').includes('websocket');
}

/**
 * True while an earlier request of this connection has no answer yet: what is written now would be
 * taken for it, and a second answer at a time makes Node throw. Only Node's own mark tells it
 * without a cost for every other request.
 */
export function isAnswering(raw: Duplex): boolean {
  return '_httpMessage' in raw && raw._httpMessage !== null && raw._httpMessage !== undefined;
}

/**
 * Serves a request as if it had not offered to upgrade. To anything but a WebSocket that is an
 * offer, which a server may leave alone (RFC 9110, 7.8), and Java's client and `curl --http2` make
 * it with every request. Node's parser has let go of the connection by now, so the request is put
 * back without the offer and read anew; it cannot come here a second time.
 */
export function readWithoutUpgrade(
  server: Server,
  message: IncomingMessage,
  { raw, head }: { readonly raw: Duplex; readonly head: Buffer },
): void {
  const { method, url, httpVersion, rawHeaders } = message;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    const kept = keptOf(name.toLowerCase(), value);
    if (kept !== undefined) lines.push(`${name}: ${kept}`);
  }
  // As it came: the parser took each byte for a character.
  const text = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  raw.unshift(Buffer.concat([text, head]));
  server.emit('connection', raw);
}

const OFFERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

function keptOf(name: string, value: string): string | undefined {
  if (OFFERS.has(name)) return undefined;
  if (name !== 'connection') return value;
  const kept = tokensOf(value).filter((token) => !OFFERS.has(token));
  return kept.length === 0 ? undefined : kept.join(', ');
}

function tokensOf(value: string): readonly string[] {
  return value.split(',').map((token) => token.trim().toLowerCase());
}
