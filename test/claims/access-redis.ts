import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** Something that answers as a Redis does, lets everything pass and keeps what it was told. */
export interface FakeRedis {
  readonly port: number;
  /** Commands with their words, in the order in which they came. */
  readonly heard: readonly (readonly string[])[];
  close(): Promise<void>;
}

export async function fakeRedis(): Promise<FakeRedis> {
  const heard: string[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (piece) => {
      text += piece;
      for (let taken = takeCommand(text); taken !== undefined; taken = takeCommand(text)) {
        text = text.slice(taken.length);
        heard.push(taken.words);
        socket.write(answerTo(taken.words));
      }
    });
  });
  const port = await listening(server);
  return {
    port,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The first command of the text in RESP, an array of bulk strings, once it is whole. */
function takeCommand(
  text: string,
): { readonly words: string[]; readonly length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let length = head[0].length;
  const words: string[] = [];
  for (let count = Number(head[1]); count > 0; count -= 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(length));
    if (size === null) return undefined;
    const start = length + size[0].length;
    const end = start + Number(size[1]);
    if (text.length < end + 2) return undefined;
    words.push(text.slice(start, end));
    length = end + 2;
  }
  return { words, length };
}

function answerTo([command = '', , keys = '0']: readonly string[]): string {
  if (/^EVAL/i.test(command)) return `*${keys}\r\n${':0\r\n'.repeat(Number(keys))}`;
  return /^PING/i.test(command) ? '+PONG\r\n' : '+OK\r\n';
}
