import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRETS } from '../../claims/support.ts';
import { startSluice } from '../../cli/spawn-command.ts';

/** One shipped server of several on the same database. */
export interface OneOfSeveral {
  readonly url: string;
  readonly pid: number;
  readonly password: string | undefined;
  said(): string;
  ask(method: string, path: string, asked?: Asking): Promise<Told>;
  close(): Promise<void>;
}

export interface Asking {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a proxy on this machine says of who asks. */
  readonly from?: string;
}

/** JSON that a test looks into by the names that it expects. */
type Answered = ReturnType<typeof JSON.parse>;

export interface Told {
  readonly status: number;
  readonly text: string;
  readonly json: Answered;
}

/** Starts a server on a database that others may use; it believes a proxy on this machine. */
export async function oneOfSeveral(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<OneOfSeveral> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-attack-'));
  const own = { PORT: '0', DATABASE_URL: databaseUrl, TRUSTED_PROXIES: '127.0.0.1' };
  const env = { ...own, ...SECRETS, HOME: folder, ...settings };
  const started = startSluice(['start'], { cwd: folder, env });
  let said = '';
  const keep = (chunk: unknown) => {
    said += String(chunk);
  };
  started.child.stdout?.on('data', keep);
  started.child.stderr?.on('data', keep);
  const close = async () => {
    started.child.kill('SIGTERM');
    await started.ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const out = await started.printed('stop     Ctrl-C');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0] ?? '';
    return {
      url,
      pid: started.child.pid ?? 0,
      get password() {
        return /First start\n.*\n\s+password\s+(\S+)/.exec(said)?.[1];
      },
      said: () => said,
      ask: (method, path, asked) => ask(url + path, method, asked),
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

async function ask(
  address: string,
  method: string,
  { body, headers = {}, from }: Asking = {},
): Promise<Told> {
  const response = await fetch(address, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(from === undefined ? {} : { 'x-forwarded-for': from }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) };
}
