import { z } from 'zod';
import { errorAnswer, type Route } from '../../contract/index.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../../errors/index.ts';
import { BODY_EXAMPLES } from './examples.ts';

/** JSON that is written into a document; what the schemas give is not ours to type. */
export type Json = Readonly<Record<string, unknown>>;

/**
 * The API as an OpenAPI 3.1.0 document, made of nothing but the routes. Pure; some milliseconds, so
 * make it once.
 */
export function openApiDocument(
  routes: readonly Route[],
  { version, baseUrl }: { readonly version: string; readonly baseUrl: string },
): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      description: 'Flows, and executions of flows. Every answer from status 400 on has one shape.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: baseUrl }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Error: schemaOf(errorAnswer, 'output') },
    },
  };
}

function operationOf(route: Route): Json {
  const { id, tag, summary, description, permission, body } = route;
  const isPublic = permission === 'public';
  const words = [description, permissionWords(permission)].filter((text) => text !== undefined);
  const example = BODY_EXAMPLES[id];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: words.join('\n\n'),
    security: isPublic ? [] : [{ apiKey: [] }, { bearer: [] }],
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...headersOf(route),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: schemaOf(body, 'input'),
                ...(example === undefined ? {} : { example }),
              },
            },
          },
        }),
    responses: responsesOf(route),
  };
}

/** Who may use a route, in a sentence. */
export function permissionWords(permission: Route['permission']): string {
  if (permission === 'public') return 'Needs no key.';
  return permission === 'signed-in' ? 'Needs a key.' : `Needs the permission \`${permission}\`.`;
}

function parametersOf(place: 'path' | 'query', schema: z.ZodObject | undefined): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function headersOf({ headers = {} }: Route): readonly Json[] {
  return Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
}

function responsesOf(route: Route): Json {
  const responses: Record<string, Json> = {};
  for (const { status, description, schema, mediaType } of route.answers) {
    const types = (mediaType ?? 'application/json').split(', ');
    const shown = schema === undefined ? {} : { schema: schemaOf(schema, 'output') };
    const hasBody = schema !== undefined || mediaType !== undefined;
    const content = Object.fromEntries(types.map((type) => [type, shown]));
    responses[status] = { description, ...(hasBody ? { content } : {}) };
  }
  for (const [status, codes] of errorsByStatus(route)) {
    const titles = codes.map((code) => `\`${code}\`: ${ERROR_CATALOGUE[code].title}.`);
    responses[status] ??= {
      description: titles.join('\n\n'),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    };
  }
  return responses;
}

/** All errors that a route may give, by their status; those of any route included. */
export function errorsByStatus(route: Route): ReadonlyMap<number, readonly ErrorCode[]> {
  const general: ErrorCode[] = ['REQUEST_TIMEOUT', 'STORE_UNAVAILABLE', 'INTERNAL'];
  if (route.permission !== 'public') general.push('UNAUTHENTICATED');
  if (route.permission !== 'public' && route.permission !== 'signed-in') general.push('FORBIDDEN');
  if (route.params !== undefined || route.query !== undefined) general.push('QUERY_INVALID');
  if (route.method !== 'GET') general.push('CONTENT_TYPE', 'REQUEST_TOO_LARGE', 'BODY_INVALID');
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...new Set([...route.errors, ...general])].sort()) {
    const { status } = ERROR_CATALOGUE[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return new Map([...byStatus].sort(([left], [right]) => left - right));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
  const { $schema: _same, '~standard': _validator, ...rest } = made as Json;
  return rest;
}
