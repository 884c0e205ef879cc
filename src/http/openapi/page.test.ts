import { expect, it } from 'vitest';
import { z } from 'zod';
import type { Route } from '../../contract/index.ts';
import { openApiDocument } from './document.ts';
import { apiPage } from './page.ts';
import { describeApi } from './reference.ts';

const ABOUT = { version: '1.0.0', baseUrl: 'https://sluice.example' };
const EVIL = '"><script>alert(1)</script>\'&';
const route: Route = {
  id: 'evil',
  method: 'POST',
  path: '/x/{id}',
  permission: 'flows:read',
  tag: 'Flows',
  summary: EVIL,
  description: EVIL,
  params: z.strictObject({ id: z.string().describe(EVIL) }),
  headers: { [EVIL]: EVIL },
  body: z.strictObject({ [EVIL]: z.string().default(EVIL) }),
  answers: [{ status: 200, description: EVIL, schema: z.object({ [EVIL]: z.string() }) }],
  errors: ['FLOW_NOT_FOUND'],
};

it('lets no text of a route become markup', () => {
  const page = apiPage([route], { ...ABOUT, version: EVIL, baseUrl: EVIL });
  expect(page).not.toContain('<script');
  expect(page).not.toContain('">&lt;');
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;');
});

it('writes a route as an operation of OpenAPI 3.1', () => {
  const plain: Route = {
    ...route,
    summary: 'Do it',
    description: 'Well.',
    params: z.strictObject({ id: z.uuid() }),
    query: z.strictObject({
      limit: z.coerce.number().int().max(9).default(3).describe('How many.'),
    }),
    headers: { 'If-Match': 'A version.' },
    body: z.strictObject({ name: z.string() }),
    answers: [{ status: 204, description: 'Done.' }],
  };
  const document = openApiDocument([plain], ABOUT) as {
    paths: Record<string, { post: Record<string, unknown> }>;
  };
  expect(document.paths['/x/{id}']?.post).toMatchObject({
    operationId: 'evil',
    summary: 'Do it',
    description: 'Well.\n\nNeeds the permission `flows:read`.',
    security: [{ apiKey: [] }, { bearer: [] }],
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
      { name: 'limit', in: 'query', required: false, description: 'How many.' },
      { name: 'If-Match', in: 'header' },
    ],
    requestBody: {
      content: { 'application/json': { schema: { type: 'object', required: ['name'] } } },
    },
    responses: {
      204: { description: 'Done.' },
      401: { description: expect.stringContaining('UNAUTHENTICATED') },
      404: { description: expect.stringContaining('FLOW_NOT_FOUND') },
    },
  });
});

it('describes the real routes without leaving a table open', () => {
  const text = describeApi();
  expect(text).toContain('`POST /api/v1/flows/{id}/execute`');
  for (const line of text.split('\n').filter((each) => each.startsWith('|'))) {
    expect(line.replaceAll('\\|', '').split('|'), line).toHaveLength(5);
  }
});
