import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import { emptyMap, isMap, NotAValue, toValue, type Value, type ValueMap } from '../base/index.ts';
import type { AliasRequest, Route } from '../contract/index.ts';
import { AppError, type ErrorCode } from '../errors/index.ts';
import { requestIssues } from './issues.ts';

/** A request as it came: names with values, and the bytes of the body. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  /** Absent or empty: no body. */
  readonly body?: Uint8Array | undefined;
  /** The body is a form, which its route takes, and not JSON. */
  readonly isForm?: boolean;
  /** Makes the request of another system's path one of ours, before it is judged. */
  readonly adapt?: (given: AliasRequest) => AliasRequest;
}

export interface ReadRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly given: ValueMap;
}

/**
 * Reads a request by its route's schemas. What a schema does not name is refused, also where the
 * route declares no parameters or no body at all. Errors: QUERY_INVALID, BODY_INVALID with all
 * issues in details.issues.
 */
export function readRequest(route: Route, raw: RawRequest): ReadRequest {
  refuseControls('path', raw.params);
  refuseControls('query', raw.query);
  const came = raw.isForm === true ? readForm(raw.body) : readJson(raw.body);
  const { params, query, body: given } = adapted(raw, came);
  return {
    params: readPart('QUERY_INVALID', 'path', route.params, params),
    query: readPart('QUERY_INVALID', 'query', route.query, query),
    body: readPart('BODY_INVALID', 'body', route.body, given),
    given,
  };
}

function adapted({ params, query, adapt }: RawRequest, body: ValueMap) {
  if (adapt === undefined) return { params, query, body };
  // Both are what fastify reads of an address: objects of texts.
  return adapt({ params: { ...(params as object) }, query: { ...(query as object) }, body });
}

// No name or value in an address has control characters; a NUL is an error in the database.
const CONTROL = /\p{Cc}/u;

function refuseControls(part: 'path' | 'query', values: unknown): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (!CONTROL.test(name) && !CONTROL.test(String(value))) continue;
    const message = 'it holds a control character';
    throw invalid('QUERY_INVALID', part, [{ path: `${part}.${shownName(name)}`, message }]);
  }
}

function shownName(name: string): string {
  return name.replace(/\p{Cc}/gu, ' ').slice(0, 100);
}

const PARTS = { path: 'parameter', query: 'parameter', body: 'member of the body' } as const;

function readPart(
  code: Extract<ErrorCode, 'QUERY_INVALID' | 'BODY_INVALID'>,
  part: keyof typeof PARTS,
  schema: z.ZodType | undefined,
  data: unknown,
): unknown {
  if (schema === undefined) {
    const [name] = Object.keys(data ?? {});
    if (name === undefined) return undefined;
    const issue = { path: `${part}.${shownName(name)}`, message: 'nothing of this is taken' };
    throw invalid(code, part, [issue]);
  }
  const read = schema.safeParse(data);
  if (!read.success) throw invalid(code, part, requestIssues(part, read.error));
  return read.data;
}

function invalid(
  code: ErrorCode,
  part: keyof typeof PARTS,
  issues: readonly { readonly path: string; readonly message: string }[],
): AppError {
  const shown = issues.map(({ path, message }) => `${path}: ${message}`).slice(0, 3);
  return new AppError(code, {
    message: `a ${PARTS[part]} is not valid: ${shown.join('; ')}`,
    details: { issues },
  });
}

/**
 * The object that a body holds, in maps without a prototype; no body is an empty one. Depth and
 * size are bounded by VALUE_LIMITS, the bytes before that by the server.
 */
function readJson(bytes: Uint8Array | undefined): ValueMap {
  if (bytes === undefined || bytes.byteLength === 0) return emptyMap();
  const value = parse(bytes);
  if (isMap(value)) return value;
  throw badBody('the body is not a JSON object');
}

function parse(bytes: Uint8Array): Value {
  if (!isUtf8(bytes)) throw badBody('the body is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which may hold anything.
    throw badBody('the body is not valid JSON');
  }
  try {
    return toValue(data);
  } catch (thrown) {
    if (thrown instanceof NotAValue) throw badBody(`the body ${thrown.reason}`);
    throw thrown;
  }
}

/**
 * The fields of a form as an object of texts, the flat one that it is. A name that is given twice
 * is refused: of two values, a proxy before us and we may take different ones.
 */
function readForm(bytes: Uint8Array | undefined): ValueMap {
  const fields = emptyMap();
  if (bytes === undefined || bytes.byteLength === 0) return fields;
  if (!isUtf8(bytes)) throw badBody('the body is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > FORM_FIELDS_MAX) throw badBody(`the form has more than ${FORM_FIELDS_MAX} fields`);
    if (name === '__proto__') throw badBody('the form has a field of a reserved name');
    if (name in fields) throw badBody('the form has a field twice');
    fields[name] = value;
  }
  return fields;
}

const FORM_FIELDS_MAX = 1_000;

function badBody(message: string): AppError {
  return new AppError('BODY_INVALID', {
    message,
    details: { issues: [{ path: 'body', message }] },
  });
}
