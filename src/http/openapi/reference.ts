import { ROUTES, type Route } from '../../contract/index.ts';
import { errorsByStatus, permissionWords } from './document.ts';
import { type FieldLine, fieldLines } from './fields.ts';

/** The text of docs/reference/api.md, made of nothing but the routes. */
export function describeApi(routes: readonly Route[] = ROUTES): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const head = [
    '# HTTP API',
    '',
    '<!-- Made by npm run generate from src/contract/routes. Do not edit. -->',
    '',
    'A running server shows the same at `/api/v1/docs`, and as OpenAPI 3.1 at',
    '`/api/v1/openapi.json`. Send a key as `X-API-Key` or as `Authorization: Bearer`. Every answer',
    'from status 400 on has the body `{"error": {"code", "message", "remedy", "requestId"}}`; the',
    'codes are explained in [errors.md](errors.md).',
    '',
  ];
  const body = tags.flatMap((tag) => [
    `## ${tag}`,
    '',
    ...routes.filter((route) => route.tag === tag).flatMap(routeLines),
  ]);
  return `${[...head, ...body].join('\n').trimEnd()}\n`;
}

function routeLines(route: Route): readonly string[] {
  const { method, path, summary, description, permission } = route;
  const headers = Object.entries(route.headers ?? {}).map(
    ([name, about]): FieldLine => ({ name, type: 'text', isRequired: false, description: about }),
  );
  const codes = [...errorsByStatus(route)].flatMap(([status, all]) =>
    all.map((code) => `${status} \`${code}\``),
  );
  return [
    `### ${summary}`,
    '',
    `\`${method} ${path}\``,
    '',
    ...(description === undefined ? [] : [description, '']),
    permissionWords(permission),
    '',
    ...fieldLines(route.params, 'input').flatMap((lines) => tableLines('In the path', lines)),
    ...fieldLines(route.query, 'input').flatMap((lines) => tableLines('Query', lines)),
    ...(headers.length === 0 ? [] : tableLines('Header', headers)),
    ...fieldLines(route.body, 'input').flatMap((lines) => tableLines('Body', lines)),
    ...route.answers.map(({ status, description: words }) => `- ${status}: ${words}`),
    `- Errors: ${codes.join(', ')}`,
    '',
  ];
}

function tableLines(title: string, lines: readonly FieldLine[]): readonly string[] {
  const rows = lines.map(({ name, type, isRequired, description }) =>
    [`\`${name}\``, isRequired ? `${type}, required` : type, description]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | '),
  );
  return [`| ${title} | Type | |`, '| --- | --- | --- |', ...rows.map((row) => `| ${row} |`), ''];
}
