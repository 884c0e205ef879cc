import { type ConfigIssue, defineNode, isMap, mapOf, type Value } from '../kit/index.ts';
import { bodyValue, statusError } from './http-answer.ts';
import { HTTP_FIELDS } from './http-fields.ts';
import { requestOf, withoutQuery } from './http-request.ts';

/** Asks a web server. Its key for repeated requests is the header Idempotency-Key. */
export const httpNode = defineNode({
  id: 'http',
  version: 1,
  title: 'HTTP request',
  summary: 'Sends a request to a web server and gives its answer.',
  role: 'step',
  effect: 'write',
  needs: ['http'],
  config: HTTP_FIELDS,
  output: 'map',
  outputSummary:
    'status_code, headers by lower-case name, body and url after redirects. The body is parsed JSON, ' +
    'text, or for other content a map of base64, content_type and size.',
  example: `name: look-up
version: "1.0.0"
inputs:
  name: {type: string, default: ada}
nodes:
  search:
    type: http
    config:
      url: "https://api.example.com/people/{{ inputs.name }}"
      params:
        fields: [name, born]
      headers:
        Accept: application/json
      timeout: 10
outputs:
  answer: search.body
`,
  check: (config) => [...urlIssues(config), ...authIssues(config)],
  run: async (context, config) => {
    const response = await context.http.request(requestOf(config, context));
    const size = `${response.body.length} bytes`;
    context.log(
      'info',
      `${config.method} ${withoutQuery(response.url)}: ${response.status}, ${size}`,
    );
    if (response.status >= 400) throw statusError(config.method, response, context);
    return {
      value: mapOf([
        ['status_code', response.status],
        ['headers', mapOf(Object.entries(response.headers))],
        ['body', bodyValue(response, context.log)],
        ['url', response.url],
      ]),
    };
  },
});

type Config = Readonly<Record<string, Value>>;

/** What can be said of a URL before it is rendered: that it is there, and is one of the web. */
function urlIssues({ url }: Config): readonly ConfigIssue[] {
  if (typeof url !== 'string') return [];
  const remedy = 'Write a full URL, such as https://api.example.com/items.';
  if (url.trim() === '') {
    return [{ code: 'WRONG_VALUE', field: 'url', message: 'the url is empty', remedy }];
  }
  if (/^\s*(?:https?:|\{\{)/i.test(url)) return [];
  const message = 'the url does not begin with http:// or https://';
  return [{ code: 'WRONG_VALUE', field: 'url', message, remedy }];
}

function authIssues(config: Config): readonly ConfigIssue[] {
  const { auth } = config;
  if (!isMap(auth)) return [];
  const needed = auth.type === 'basic' ? 'username' : 'token';
  const issues: ConfigIssue[] = [];
  if (auth[needed] === undefined || auth[needed] === null) {
    issues.push({
      code: 'MISSING_KEY',
      field: `auth.${needed}`,
      message: `auth.${needed} is missing, which auth of this type sends`,
    });
  }
  const header = auth.type === 'api_key' ? (auth.header ?? 'X-API-Key') : 'Authorization';
  const headers = isMap(config.headers) ? Object.keys(config.headers) : [];
  const same = headers.find((name) => name.toLowerCase() === String(header).toLowerCase());
  if (same !== undefined) {
    const message = `auth and headers both set ${same}`;
    issues.push({ code: 'CONFLICTING_KEYS', field: `headers.${same}`, message });
  }
  return issues;
}
