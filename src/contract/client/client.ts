import { CLIENT_LIMITS, SERVER_LIMITS, systemClock } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Answer, Route } from '../route.ts';
import { ROUTES } from '../routes/index.ts';
import { errorOf, notUnderstood, readJson, readText } from './answer.ts';
import type { CallOptions, Client, ClientOptions } from './client-types.ts';
import { type Connection, call } from './connection.ts';
import { eventFollower } from './follow.ts';
import type { TransportAnswer } from './transport.ts';

/** A client of a server, made from the table of routes; it does nothing until it is asked. */
export function createClient(options: ClientOptions): Client {
  const connection = connectionOf(options);
  const methods: Record<string, unknown> = {};
  for (const route of ROUTES as readonly Route[]) {
    if (route.transport === 'events' || route.transport === 'socket') continue;
    methods[route.id] = (request?: AnyRequest) => callRoute(connection, route, request ?? {});
  }
  methods.followEvents = eventFollower(connection);
  // The table that the loop went over is the one that the type goes over.
  return Object.freeze(methods) as unknown as Client;
}

function connectionOf({ baseUrl, apiKey, transport, clock }: ClientOptions): Connection {
  const { origin, pathname } = readBaseUrl(baseUrl);
  return {
    baseUrl: `${origin}${pathname.replace(/\/+$/, '')}`,
    origin,
    headers: apiKey === undefined ? {} : { 'x-api-key': apiKey },
    transport,
    clock: clock ?? systemClock,
  };
}

function readBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.username === '' && url.password === '';
  if (isPlain && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  const message = 'the address of the server is not an http or https URL without a password';
  throw new AppError('URL_INVALID', { message, retryable: false });
}

type AnyRequest = CallOptions & {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

async function callRoute(
  connection: Connection,
  route: Route,
  request: AnyRequest,
): Promise<unknown> {
  const { query, body, signal } = request;
  const path = `${pathOf(route, request.params)}${queryOf(query)}`;
  const waitMs = query?.wait === undefined ? 0 : SERVER_LIMITS.waitMs;
  const timeoutMs = request.timeoutMs ?? CLIENT_LIMITS.answerMs + waitMs;
  const content = body === undefined ? {} : { 'content-type': 'application/json' };
  const headers = {
    accept: route.transport === 'text' ? '*/*' : 'application/json',
    ...content,
    ...headersOf(request.headers),
  };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const { method } = route;
  return call(connection, { method, path, headers, ...text, signal, timeoutMs }, (answer) =>
    readAnswer(connection, route, answer),
  );
}

async function readAnswer(
  { origin }: Connection,
  route: Route,
  answer: TransportAnswer,
): Promise<unknown> {
  const declared = route.answers.find(({ status }) => status === answer.status);
  const text = await readText(answer);
  if (declared === undefined) {
    if (answer.status >= 300 || answer.status < 200) throw errorOf(answer, text, origin);
    const message = `the server at ${origin} answered ${route.id} with status ${answer.status}`;
    throw notUnderstood(message);
  }
  if (route.transport === 'text') return text;
  if (declared.schema === undefined) return undefined;
  return readBody(declared.schema, { text, origin, answer, route });
}

function readBody(
  schema: NonNullable<Answer['schema']>,
  from: {
    readonly text: string;
    readonly origin: string;
    readonly answer: TransportAnswer;
    readonly route: Route;
  },
): unknown {
  const { text, origin, answer, route } = from;
  // A route may declare a status from 400 on, such as health's 503, and yet answer with an error.
  if (answer.status >= 400) {
    const body = schema.safeParse(readJson(text, origin));
    if (body.success) return body.data;
    throw errorOf(answer, text, origin);
  }
  const body = schema.safeParse(readJson(text, origin));
  if (body.success) return body.data;
  const where = body.error.issues[0]?.path.join('.') ?? '';
  const what = where === '' ? 'its body' : `'${where}'`;
  throw notUnderstood(`the server at ${origin} answered ${route.id} otherwise: see ${what}`);
}

/** Params are checked here, so that none can lead to another route, as `..` would. */
function pathOf(route: Route, params: AnyRequest['params'] = {}): string {
  const checked = route.params?.safeParse(params);
  if (checked?.success === false) {
    const where = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    const message = `${route.id} cannot be asked for this: ${where.join('; ')}`;
    throw new AppError('QUERY_INVALID', { message, retryable: false });
  }
  return route.path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(params[name])),
  );
}

function queryOf(query: AnyRequest['query'] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.append(name, String(value));
  }
  return search.size === 0 ? '' : `?${search}`;
}

function headersOf(headers: AnyRequest['headers'] = {}): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) named[name.toLowerCase()] = value;
  }
  return named;
}
