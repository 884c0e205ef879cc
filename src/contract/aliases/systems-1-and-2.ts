import { type Alias, type AliasAnswer, type AliasRequest, withBody, withQuery } from './alias.ts';
import { listOf, meOf, oauthTokens, runOf, userOf, workOf } from './shapes.ts';

const PASSWORD_FORM = {
  // What OAuth 2 sends along with a password; it says nothing here.
  grant_type: undefined,
  scope: undefined,
  client_id: undefined,
  client_secret: undefined,
  remember_me: undefined,
};

const list = withQuery({ public: undefined, skip: undefined, offset: undefined });

/** `?public=true` asks for the public ones alone. */
function listRequest(given: AliasRequest): AliasRequest {
  const { query, ...rest } = list(given);
  return given.query.public === 'true'
    ? { ...rest, query: { ...query, of: 'public' } }
    : { ...rest, query };
}

const save = withBody({ yaml_content: 'source', yaml: 'source', is_public: undefined });

const run = withBody({ workflow_id: undefined });

/** SeriesOfTubes (1) and the Agentic Workflow Engine (2). */
export const ALIASES_1_2: readonly Alias[] = [
  ...(['/auth', '/api/auth'] as const).flatMap((prefix): readonly Alias[] => {
    const of = prefix === '/auth' ? 1 : 2;
    return [
      {
        of,
        method: 'POST',
        path: `${prefix}/register`,
        route: 'signUp',
        request: withBody({ full_name: 'displayName' }),
        answer: userOf,
      },
      {
        of,
        method: 'POST',
        path: `${prefix}/login`,
        route: 'signIn',
        takesForm: true,
        request: withBody(PASSWORD_FORM),
        answer: oauthTokens,
      },
      {
        of,
        method: 'POST',
        path: `${prefix}/refresh`,
        route: 'refreshTokens',
        request: withBody({ refresh_token: 'refreshToken' }),
        answer: oauthTokens,
      },
      { of, method: 'POST', path: `${prefix}/logout`, route: 'signOut' },
      { of, method: 'GET', path: `${prefix}/me`, route: 'whoAmI', answer: meOf },
    ];
  }),
  {
    of: 2,
    method: 'POST',
    path: '/api/auth/token',
    route: 'signIn',
    takesForm: true,
    request: withBody(PASSWORD_FORM),
    answer: oauthTokens,
  },
  {
    of: 2,
    method: 'POST',
    path: '/api/auth/forgot-password',
    route: 'forgotPassword',
    request: withBody({ email: 'username' }),
  },
  {
    of: 2,
    method: 'POST',
    path: '/api/auth/reset-password',
    route: 'resetPassword',
    request: withBody({ new_password: 'password' }),
  },
  {
    of: 1,
    method: 'GET',
    path: '/api/workflows',
    route: 'listFlows',
    request: listRequest,
    answer: listOf('workflows', workOf),
  },
  {
    of: 1,
    method: 'POST',
    path: '/api/workflows',
    route: 'createFlow',
    request: save,
    answer: workOf,
  },
  { of: 1, method: 'GET', path: '/api/workflows/{id}', route: 'readFlow', answer: workOf },
  {
    of: 1,
    method: 'PUT',
    path: '/api/workflows/{id}',
    route: 'updateFlow',
    request: save,
    answer: workOf,
  },
  { of: 1, method: 'DELETE', path: '/api/workflows/{id}', route: 'deleteFlow' },
  { of: 1, method: 'GET', path: '/api/workflows/{id}/download', route: 'exportFlow' },
  {
    of: 1,
    method: 'POST',
    path: '/api/workflows/{id}/run',
    route: 'startExecution',
    request: run,
    answer: startedOf,
  },
  {
    of: 2,
    method: 'POST',
    path: '/api/workflows/{id}/execute',
    route: 'startExecution',
    request: run,
    answer: startedOf,
  },
  {
    of: 2,
    method: 'POST',
    path: '/api/sharing/share',
    route: 'putShare',
    request: ({ body, query }) => {
      const { workflow_id: id, username: person, permission, ...rest } = body;
      return {
        params: { id, person },
        query,
        body: { ...rest, ...(permission === undefined ? {} : { level: permission }) },
      };
    },
    answer: (share: AliasAnswer) => ({
      username: share.username,
      user_id: share.person,
      permission: share.level,
      created_at: share.createdAt,
    }),
  },
  {
    of: 1,
    method: 'GET',
    path: '/api/executions',
    route: 'listExecutions',
    request: withQuery({ workflow_id: 'flowId', skip: undefined, offset: undefined }),
    answer: listOf('executions', runOf),
  },
  { of: 1, method: 'GET', path: '/api/executions/{id}', route: 'readExecution', answer: runOf },
];

/** Accepted, or whole where it was waited for. */
function startedOf(answer: AliasAnswer): unknown {
  const whole = answer.flowId === undefined ? { status: answer.status } : runOf(answer);
  return { execution_id: answer.id, id: answer.id, ...whole };
}
