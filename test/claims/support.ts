import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSluice } from '../cli/spawn-command.ts';
import { testDatabase } from '../support/database.ts';

/** Random-looking, and the same in every run. */
export const made = (seed: string) => createHash('sha256').update(`claims ${seed}`).digest('hex');

/** What a server must have; made for tests alone. */
export const SECRETS = {
  JWT_SECRET_KEY: made('access'),
  JWT_REFRESH_SECRET_KEY: made('refresh'),
  ENCRYPTION_KEY: made('encryption'),
  ADMIN_API_KEYS: `${made('admin one')},${made('admin two')}`,
} as const;

const [KEY = '', SECOND_KEY = ''] = SECRETS.ADMIN_API_KEYS.split(',');

export { KEY, SECOND_KEY };

/** JSON that a test looks into by the names that it expects. */
type Answered = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined where it is no JSON. */
  readonly json: Answered;
}

export interface Asked {
  /** What is no text is sent as JSON. */
  readonly body?: unknown;
  /** Over the key and the content type; an empty text takes a header away. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The shipped server in a process, a folder and a database of its own. */
export interface ClaimServer {
  readonly url: string;
  readonly folder: string;
  readonly databaseUrl: string;
  /** What it printed and logged so far. */
  said(): { readonly out: string; readonly err: string };
  ask(method: string, path: string, asked?: Asked): Promise<Answer>;
  /** Saves the flow, runs it with the inputs and gives the execution when it has ended. */
  run(source: string, inputs?: Readonly<Record<string, unknown>>): Promise<Answered>;
  /** Asks it to end, waits for that, and removes what it left; gives the exit code. */
  close(): Promise<number | null>;
}

/** `sluice start` with what a server must have and nothing more, but these settings. */
export async function claimServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<ClaimServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-claims-'));
  const database = await testDatabase();
  const env = { PORT: '0', DATABASE_URL: database.url, ...SECRETS, HOME: folder, ...settings };
  const started = startSluice(['start'], { cwd: folder, env });
  const printed = { out: '', err: '' };
  started.child.stdout?.on('data', (chunk) => {
    printed.out += chunk;
  });
  started.child.stderr?.on('data', (chunk) => {
    printed.err += chunk;
  });
  const clean = async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.close();
  };
  const out = await started.printed('stop     Ctrl-C').catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  // Behind a BASE_URL it prints that one alone.
  const own = settings.PORT === undefined ? '' : `http://127.0.0.1:${settings.PORT}`;
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? own;
  const ask = (method: string, path: string, asked?: Asked) => request(url + path, method, asked);
  return {
    url,
    folder,
    databaseUrl: database.url,
    said: () => ({ ...printed }),
    ask,
    run: (source, inputs = {}) => runFlow(ask, source, inputs),
    close: async () => {
      started.child.kill('SIGTERM');
      const { exit } = await started.ended;
      await clean();
      return exit;
    },
  };
}

async function runFlow(
  ask: ClaimServer['ask'],
  source: string,
  inputs: Readonly<Record<string, unknown>>,
): Promise<Answered> {
  const saved = await ask('POST', '/api/v1/flows', { body: { source } });
  if (saved.status !== 201) throw new Error(saved.text);
  const path = `/api/v1/flows/${saved.json.id}/execute?wait=30s`;
  const ended = await ask('POST', path, { body: { inputs } });
  if (ended.status !== 200) throw new Error(ended.text);
  return ended.json;
}

async function request(
  address: string,
  method: string,
  { body, headers = {} }: Asked = {},
): Promise<Answer> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const all = Object.entries({ 'x-api-key': KEY, ...type, ...headers });
  const response = await fetch(address, {
    method,
    headers: Object.fromEntries(all.filter(([, value]) => value !== '')),
    redirect: 'manual',
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
