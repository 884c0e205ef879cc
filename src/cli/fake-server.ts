import { createClient, type Transport, type TransportRequest } from '../contract/index.ts';
import type { CommandContext } from './command-context.ts';
import { fakeTerminal } from './fake-terminal.ts';
import type { Local } from './local.ts';
import { runCli } from './program.ts';
import type { ProfileFile, Remote, ServerHere } from './remote.ts';
import type { Terminal } from './terminal.ts';

/** What a fake server answers with: a document, or the text itself. */
export interface FakeAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called when the body is read; what it gives follows the text. */
  readonly more?: (signal: AbortSignal | undefined) => AsyncIterable<string>;
}

export type FakeRoutes = Readonly<
  Record<string, FakeAnswer | ((request: TransportRequest & { readonly at: URL }) => FakeAnswer)>
>;

/** A transport to a server that is not there: `GET /api/v1/flows` and an answer each. For tests. */
export function fakeTransport(routes: FakeRoutes): {
  readonly transport: Transport;
  readonly requests: (TransportRequest & { readonly at: URL })[];
} {
  const requests: (TransportRequest & { readonly at: URL })[] = [];
  const transport: Transport = async (request) => {
    const at = new URL(request.url);
    requests.push({ ...request, at });
    const route = routes[`${request.method} ${at.pathname}`];
    if (route === undefined)
      throw new Error(`connect ECONNREFUSED ${request.method} ${at.pathname}`);
    const answer = typeof route === 'function' ? route({ ...request, at }) : route;
    const text = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
    return {
      status: answer.status ?? 200,
      headers: { 'content-type': 'application/json', ...answer.headers },
      stream: async function* () {
        yield text;
        if (answer.more !== undefined) yield* answer.more(request.signal);
      },
    };
  };
  return { transport, requests };
}

/** Events as a server sends them. */
export function sentEvents(
  events: readonly { readonly sequence: number; readonly kind: string }[],
) {
  const text = events
    .map(
      (event) => `id: ${event.sequence}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`,
    )
    .join('');
  return { text, headers: { 'content-type': 'text/event-stream' } };
}

export interface FakeRemoteOptions {
  readonly routes?: FakeRoutes;
  readonly environment?: Remote['environment'];
  readonly profile?: ProfileFile;
  readonly here?: ServerHere;
  readonly keyFile?: string;
  readonly typedKey?: string;
  readonly terminal?: Partial<Terminal>;
  readonly local?: Partial<Local>;
  readonly signal?: AbortSignal;
  now?(): number;
}

/** The key that the fake server of this folder takes. */
export const FAKE_KEY = 'sluice_0123456789abcdef0123456789abcdef';

/** Runs one command line against a fake server and gives all that it did. For tests. */
export async function runAgainst(line: readonly string[], options: FakeRemoteOptions = {}) {
  const { transport, requests } = fakeTransport(options.routes ?? {});
  const terminal = fakeTerminal(options.terminal);
  const saved = new Map<string, string>();
  const absent = () => {
    throw new Error('this part of the house is not there in this test');
  };
  const remote: Remote = {
    environment: options.environment ?? {},
    serverHere: () => options.here ?? { host: '127.0.0.1', port: 8000, apiKey: FAKE_KEY },
    readProfile: async () => options.profile,
    writeProfile: async (text) => {
      saved.set('profile', text);
      return '/config/sluice/profile.json';
    },
    removeProfile: async () => options.profile?.path,
    readKeyFile: async () => options.keyFile ?? '',
    askKey: async () => options.typedKey,
    saveFile: async (path, text) => {
      saved.set(path, text);
    },
    openClient: async ({ baseUrl, apiKey }) => createClient({ baseUrl, apiKey, transport }),
  };
  const local: Local = {
    readText: absent,
    compile: absent,
    parseInput: absent,
    checkInputs: absent,
    readInputs: absent,
    run: absent,
    generateConfig: absent,
    printConfig: absent,
    checkConfig: absent,
    serve: absent,
    hashPassword: absent,
    newSecrets: absent,
    askLine: async () => undefined,
    examineSettings: absent,
    securityHeaders: absent,
    nodeVersion: '20.19.0',
    ...options.local,
  };
  const signal = options.signal ?? new AbortController().signal;
  const now = options.now ?? (() => Date.parse('2026-03-01T12:00:00.000Z'));
  const context: CommandContext = { terminal, local, remote, signal, version: '9.8.7', now };
  const exit = await runCli(line, context);
  return { exit, ...terminal.written, requests, saved };
}
