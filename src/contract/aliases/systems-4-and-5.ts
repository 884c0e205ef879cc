import { type Alias, type AliasAnswer, type AliasRequest, withBody, withQuery } from './alias.ts';
import { apiKeyOf, listOf, meOf, runOf } from './shapes.ts';

/** FlowRunner (4): everything under /api/v1, beside our own paths. */
export const ALIASES_4: readonly Alias[] = [
  {
    of: 4,
    method: 'POST',
    path: '/api/v1/login',
    route: 'signIn',
    answer: (answer: AliasAnswer) => ({
      token: answer.accessToken,
      refresh_token: answer.refreshToken,
      expires_in: answer.expiresIn,
      account_id: answer.person.id,
      username: answer.person.username,
    }),
  },
  {
    of: 4,
    method: 'POST',
    path: '/api/v1/accounts',
    route: 'signUp',
    answer: (person: AliasAnswer) => ({
      id: person.id,
      username: person.username,
      created_at: person.createdAt,
    }),
  },
  { of: 4, method: 'GET', path: '/api/v1/accounts', route: 'listAccounts' },
  { of: 4, method: 'GET', path: '/api/v1/accounts/me', route: 'whoAmI', answer: meOf },
  { of: 4, method: 'GET', path: '/api/v1/accounts/{id}', route: 'readAccount' },
  { of: 4, method: 'DELETE', path: '/api/v1/accounts/{id}', route: 'deleteAccount' },
  {
    of: 4,
    method: 'POST',
    path: '/api/v1/accounts/refresh-token',
    route: 'refreshTokens',
    request: withBody({ refresh_token: 'refreshToken' }),
    answer: (answer: AliasAnswer) => ({
      token: answer.accessToken,
      refresh_token: answer.refreshToken,
      expires_in: answer.expiresIn,
    }),
  },
  {
    of: 4,
    method: 'POST',
    path: '/api/v1/flows/{id}/run',
    route: 'startExecution',
    request: withBody({ input: 'inputs' }),
    answer: (answer: AliasAnswer) => ({ execution_id: answer.id, ...answer }),
  },
  {
    of: 4,
    method: 'POST',
    path: '/api/v1/flows/search',
    route: 'listFlows',
    request: searchRequest,
  },
  { of: 4, method: 'DELETE', path: '/api/v1/executions/{id}', route: 'cancelExecution' },
];

/** System 4 sends a search as a body; ours is an address. */
function searchRequest({ params, query, body }: AliasRequest): AliasRequest {
  const { query: search, name, ...rest } = body;
  const asked = search ?? name;
  const texts = Object.entries(rest).map(([key, value]) => {
    const text = Array.isArray(value) ? value.join(',') : value;
    return [key, typeof text === 'number' ? String(text) : text] as const;
  });
  const own = asked === undefined ? {} : { search: asked };
  return { params, query: { ...query, ...Object.fromEntries(texts), ...own }, body: {} };
}

const KEY_NAMES = {
  max_concurrent_jobs: 'concurrentExecutions',
  monthly_limit_minutes: 'minutesAMonth',
  expires_at: 'expiresAt',
};

/** What system 5's keys may do, where a request names no scopes. */
const JOB_SCOPES = ['flows:read', 'flows:execute', 'executions:read', 'executions:cancel'];

/** The FFmpeg API (5); its jobs are executions. */
export const ALIASES_5: readonly Alias[] = [
  {
    of: 5,
    method: 'GET',
    path: '/api/v1/api-keys',
    route: 'listKeys',
    answer: listOf('api_keys', apiKeyOf),
  },
  {
    of: 5,
    method: 'POST',
    path: '/api/v1/api-keys',
    route: 'createKey',
    request: (given) => {
      const { params, query, body } = withBody(KEY_NAMES)(given);
      return { params, query, body: { scopes: JOB_SCOPES, ...body } };
    },
    answer: apiKeyOf,
  },
  { of: 5, method: 'GET', path: '/api/v1/api-keys/{id}', route: 'readKey', answer: apiKeyOf },
  {
    of: 5,
    method: 'PATCH',
    path: '/api/v1/api-keys/{id}',
    route: 'updateKey',
    request: withBody(KEY_NAMES),
    answer: apiKeyOf,
  },
  {
    of: 5,
    method: 'POST',
    path: '/api/v1/api-keys/{id}/revoke',
    route: 'revokeKey',
    answer: apiKeyOf,
  },
  {
    of: 5,
    method: 'POST',
    path: '/api/v1/api-keys/{id}/extend',
    route: 'extendKey',
    request: withBody(KEY_NAMES),
    answer: apiKeyOf,
  },
  { of: 5, method: 'GET', path: '/api/v1/api-keys/{id}/usage', route: 'readKeyUsage' },
  ...(['/v1/jobs', '/api/v1/jobs'] as const).flatMap((prefix): readonly Alias[] => [
    {
      of: 5,
      method: 'GET',
      path: prefix,
      route: 'listExecutions',
      rate: 'jobs',
      request: withQuery({ per_page: 'limit' }),
      answer: listOf('jobs', runOf),
    },
    {
      of: 5,
      method: 'GET',
      path: `${prefix}/{id}`,
      route: 'readExecution',
      rate: 'jobs',
      answer: runOf,
    },
    {
      of: 5,
      method: 'DELETE',
      path: `${prefix}/{id}`,
      route: 'cancelExecution',
      rate: 'jobs',
    },
  ]),
];
