import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { Observation } from '../../src/audit/index.ts';
import type { Credentials, Identified, Principal, Way } from '../../src/auth/index.ts';
import {
  type AccountId,
  type PersonId,
  RATE_LIMITS,
  type SessionId,
} from '../../src/base/index.ts';
import type { DeclaredRoute, Permission, Route } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { openMemoryRates, type RateLimit } from '../../src/guard/index.ts';
import { addressesOf } from '../../src/http/addresses.ts';
import type { Reply } from '../../src/http/call.ts';
import { denialRecorder } from '../../src/http/denials.ts';
import { CLOSED_EDGE, type EdgeSettings, openEdge } from '../../src/http/edge.ts';
import { judgeOf } from '../../src/http/judge.ts';
import { openLimits } from '../../src/http/limits.ts';
import { openListener, requestIds } from '../../src/http/listener.ts';
import { serveRoute } from '../../src/http/pipeline.ts';
import type { RequestCall } from '../../src/http/request-call.ts';
import { upgrades } from '../../src/http/upgrades.ts';
import type { Log } from '../../src/log/index.ts';
import type { AuditEntry, Store } from '../../src/store/index.ts';

const silent = () => {};
const log: Log = { debug: silent, info: silent, warn: silent, error: silent, with: () => log };

const route = (id: string, path: string, more: Partial<Route> = {}): Route => ({
  id,
  method: 'GET',
  path,
  permission: 'flows:read',
  tag: 'Server',
  summary: id,
  answers: [],
  errors: [],
  ...more,
});

const post = { method: 'POST', body: z.looseObject({}) } as const;

export const SMALL_ROUTES: readonly Route[] = [
  route('open', '/open', { permission: 'public' }),
  route('free', '/free', { permission: 'public', rate: 'none' }),
  route('health', '/health', { permission: 'public', rate: 'none' }),
  route('signIn', '/sign-in', { ...post, permission: 'public', rate: 'sign-in' }),
  route('read', '/things'),
  route('write', '/things', { ...post, permission: 'flows:write' }),
  route('make', '/make', { ...post, permission: 'flows:write', rate: 'create' }),
  route('upload', '/upload', { ...post, permission: 'flows:write', rate: 'upload' }),
  route('job', '/job', { rate: 'jobs' }),
  route('form', '/form', { ...post, bodyTypes: ['json', 'form'] }),
  route('refuse', '/refuse/{code}', { params: z.object({ code: z.string() }) }),
  route('socket', '/socket', {
    transport: 'socket',
    query: z.strictObject({ ticket: z.string().optional(), token: z.string().optional() }),
  }),
];

/** Who asks, by `x-api-key: <way> <who> <permission,...>`; or by a cookie of the same text. */
function identify({ headers, ticket, token }: Credentials): Identified | Promise<Identified> {
  const value = (name: string) =>
    headers[headers.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name) + 1];
  const has = (name: string) => headers.some((each) => each.toLowerCase() === name);
  const text = has('x-api-key')
    ? value('x-api-key')
    : (ticket ?? token ?? (has('cookie') ? value('cookie') : undefined));
  if (text === undefined) {
    return { refusal: new AppError('UNAUTHENTICATED', { message: 'the request has no key' }) };
  }
  const [way = '', who = '', allowed = ''] = decodeURIComponent(text).split(' ');
  if (way === 'wrong') {
    const attempt = { account: 'default' as AccountId, actor: 'key:1', reason: 'unknown' };
    const refusal = new AppError('UNAUTHENTICATED', { message: 'the key is not valid' });
    return Promise.resolve({ refusal, attempt });
  }
  const found = { principal: principalOf(way, who, allowed), way: way as Way };
  return way === 'operator-key' ? found : Promise.resolve(found);
}

function principalOf(way: string, who: string, allowed: string): Principal {
  const isKey = way === 'key' || way === 'operator-key';
  const person = { id: who as PersonId, username: who, role: 'user' };
  return {
    id: isKey ? `key:${who}` : `person:${who}`,
    kind: way === 'operator-key' ? 'operator' : isKey ? 'key' : 'person',
    account: 'default' as AccountId,
    permissions: new Set(allowed.split(',') as Permission[]),
    ...(isKey ? {} : { person, session: `session-${who}` as SessionId }),
  };
}

/** A body that a test looks into by the names that it expects. */
export async function jsonOf(answer: Response): Promise<ReturnType<typeof JSON.parse>> {
  return JSON.parse(await answer.text());
}

export interface SmallServer {
  readonly url: string;
  readonly rows: AuditEntry[];
  readonly observed: Observation[];
  readonly time: { now: number };
  readonly pipeline: ReturnType<typeof upgrades>;
  ask(path: string, options?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** The real pipeline over routes of its own and no database; the clock stands still. */
export async function smallServer(
  options: { readonly edge?: Partial<EdgeSettings>; readonly api?: RateLimit } = {},
): Promise<SmallServer> {
  const time = { now: 1_700_000_000_000 };
  const clock = { now: () => time.now };
  const rows: AuditEntry[] = [];
  const observed: Observation[] = [];
  const append = async (entries: readonly AuditEntry[]) => {
    rows.push(...entries);
  };
  const store = { account: () => ({ audit: { appendAll: append } }) } as unknown as Store;
  const denials = denialRecorder({ store, clock, log });
  const rates = openMemoryRates({ clock });
  const { api = RATE_LIMITS.api } = options;
  const limits = openLimits({ settings: { isOn: true, api }, rates, clock });
  const edge = openEdge({ ...CLOSED_EDGE, ...options.edge }, clock);
  const addresses = addressesOf(SMALL_ROUTES);
  let ids = 0;
  const requestIdOf = requestIds(() => {
    ids += 1;
    return `request-${ids}`;
  });
  const shared = { addresses, edge, requestIdOf, recordDenial: denials.record };
  const server = openListener({ ...shared, limits, log, requestBytes: 1_000_000 });
  const auth = {
    identify,
    isCsrfToken: (session: string, given: string) => given === session,
    current: async (principals: readonly Principal[]) => principals,
  };
  const audit = { observe: (one: Observation) => observed.push(one) };
  const judge = judgeOf({ auth, audit, limits, clock, isForeign: edge.isForeign });
  for (const one of SMALL_ROUTES) {
    if (one.transport === 'socket') continue;
    // Routes of this file, which the declared ones know nothing of.
    serveRoute(server, one as DeclaredRoute, { judge, handle });
  }
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    rows,
    observed,
    time,
    pipeline: upgrades({ ...shared, judge }),
    ask: (path, init) => fetch(url + path, { redirect: 'manual', ...init }),
    close: async () => {
      await server.close();
      await denials.close();
      await rates.close();
    },
  };
}

async function handle(call: RequestCall): Promise<Reply> {
  const { code } = (call.params ?? {}) as { readonly code?: string };
  if (code !== undefined) {
    throw new AppError(code as 'FORBIDDEN', {
      message: 'not this one',
      details: { act: 'view', why: 'the flow is private', secret: 'never recorded' },
    });
  }
  const { address, agent, arrivedAt, way, given } = call;
  const text = JSON.stringify({ address, agent, arrivedAt, way, given });
  return { status: 200, text, cookies: ['a=1; Path=/', 'b=2; Path=/'] };
}
