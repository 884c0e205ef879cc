import {
  ALIASES,
  BUILT_IN_ROLES,
  PERMISSIONS,
  type Permission,
  ROUTES,
  type Route,
} from '../../contract/index.ts';
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
  const parts = [...head, ...body, ...permissionLines(), ...aliasLines()];
  return `${parts.join('\n').trimEnd()}\n`;
}

/** Which permissions there are, and which roles have them. */
function permissionLines(): readonly string[] {
  const names = Object.keys(PERMISSIONS) as Permission[];
  const rows = names.map((name) => {
    const roles = Object.entries(BUILT_IN_ROLES)
      .filter(([, held]) => (held as readonly Permission[]).includes(name))
      .map(([role]) => role);
    const who = roles.length === 0 ? 'admins of the account `default`' : roles.join(', ');
    return `| \`${name}\` | ${PERMISSIONS[name]} | ${who} |`;
  });
  return [
    '## Permissions',
    '',
    '| Permission | What it allows | Roles |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ];
}

const SYSTEMS: Readonly<Record<number, string>> = {
  1: 'SeriesOfTubes',
  2: 'Agentic Workflow Engine',
  4: 'FlowRunner',
  5: 'FFmpeg API',
};

/** The paths of other systems, each with the route that answers. */
function aliasLines(): readonly string[] {
  const rows = ALIASES.map(({ of, method, path, route, takesForm }) => {
    const form = takesForm === true ? ', also from a form' : '';
    return `| ${SYSTEMS[of]} | \`${method} ${path}\` | \`${route}\`${form} |`;
  });
  return [
    '## Paths of other systems',
    '',
    'Answered by the handlers of our own routes, with their permissions and limits. Names of members',
    'are those of the other system; what a request names besides is refused.',
    '',
    '| System | Path | Route |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ];
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
