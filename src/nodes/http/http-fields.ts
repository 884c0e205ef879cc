import { type ConfigOf, type Fields, HTTP_LIMITS } from '../kit/index.ts';

const PLAIN = { level: 'interpolation_only', when: 'before' } as const;
const EXPRESSIONS = { level: 'safe_expressions', when: 'before' } as const;

/** The config of an http node: every option of system 1's. */
export const HTTP_FIELDS = {
  url: {
    kind: 'text',
    summary: 'The full URL to ask, http or https.',
    required: true,
    template: PLAIN,
  },
  method: {
    kind: 'choice',
    summary: 'What to do there.',
    choices: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'],
    default: 'GET',
  },
  headers: {
    kind: 'map',
    summary: 'Headers to send, by name.',
    values: { kind: 'text', summary: 'The value of one header.', template: PLAIN },
  },
  params: {
    kind: 'map',
    summary: 'Parameters that are added to the query; a list repeats its name, null leaves it out.',
    values: { kind: 'json', summary: 'The value of one parameter.', template: EXPRESSIONS },
  },
  body: {
    kind: 'json',
    summary:
      'What to send: a map or list as JSON, or as a form where content-type says so; or text.',
    template: EXPRESSIONS,
  },
  timeout: {
    kind: 'duration',
    summary: 'How long the answer may take in all; default the setting HTTP_TIMEOUT, 30 s.',
    min: 1,
    max: HTTP_LIMITS.timeoutMsMax,
  },
  auth: {
    kind: 'object',
    summary: 'Who asks; the credentials go to this origin only, not along with redirects.',
    fields: {
      type: {
        kind: 'choice',
        summary: 'A bearer token, user name and password, or a key in a header of its own.',
        choices: ['bearer', 'basic', 'api_key'],
        required: true,
      },
      token: { kind: 'text', summary: 'The token, or the API key.', template: PLAIN },
      username: { kind: 'text', summary: 'The user name for basic.', template: PLAIN },
      password: { kind: 'text', summary: 'The password for basic.', template: PLAIN },
      header: {
        kind: 'text',
        summary: 'The header that carries the API key.',
        default: 'X-API-Key',
      },
    },
  },
} as const satisfies Fields;

/** The config of an http node as `run` gets it. */
export type HttpConfig = ConfigOf<typeof HTTP_FIELDS>;
