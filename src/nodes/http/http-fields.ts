import { type ConfigOf, type Fields, HTTP_LIMITS, TEMPLATE_USES } from '../kit/index.ts';

const URL_TEMPLATE = { level: TEMPLATE_USES.url, when: 'before' } as const;
const HEADER = { level: TEMPLATE_USES.header, when: 'before' } as const;
const TEXT = { level: TEMPLATE_USES.text, when: 'before' } as const;

/** The config of an http node: every option of system 1's. */
export const HTTP_FIELDS = {
  url: {
    kind: 'text',
    summary: 'The full URL to ask, http or https.',
    required: true,
    template: URL_TEMPLATE,
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
    values: { kind: 'text', summary: 'The value of one header.', template: HEADER },
  },
  params: {
    kind: 'map',
    summary: 'Parameters that are added to the query; a list repeats its name, null leaves it out.',
    values: { kind: 'json', summary: 'The value of one parameter.', template: TEXT },
  },
  body: {
    kind: 'json',
    summary:
      'What to send: a map or list as JSON, or as a form where content-type says so; or text.',
    template: TEXT,
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
      token: { kind: 'text', summary: 'The token, or the API key.', template: HEADER },
      username: { kind: 'text', summary: 'The user name for basic.', template: HEADER },
      password: { kind: 'text', summary: 'The password for basic.', template: HEADER },
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
