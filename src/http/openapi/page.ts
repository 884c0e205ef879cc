import type { Route } from '../../contract/index.ts';
import { ERROR_CATALOGUE } from '../../errors/index.ts';
import { errorsByStatus, permissionWords } from './document.ts';
import { BODY_EXAMPLES } from './examples.ts';
import { type FieldLine, fieldLines } from './fields.ts';
import { type Html, html } from './html.ts';

/** The API as one page without any script, rendered from the routes. */
export function apiPage(
  routes: readonly Route[],
  { version, baseUrl }: { readonly version: string; readonly baseUrl: string },
): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sluice API</title>
<link rel="stylesheet" href="/api/v1/docs.css">
</head>
<body>
<header>
<h1>Sluice API</h1>
<p>Version ${version}. The same as a document for tools:
<a href="/api/v1/openapi.json">openapi.json</a>.</p>
<p>Send a key as <code>X-API-Key</code> or as <code>Authorization: Bearer</code>. Every answer from
status 400 on has the shape <code>{"error": {"code", "message", "remedy", "requestId"}}</code>.</p>
</header>
<nav aria-label="Routes">${tags.map((tag) => contents(tag, routes))}</nav>
<main>${tags.map((tag) => section(tag, routes, baseUrl))}</main>
</body>
</html>
`;
  return page.text;
}

function ofTag(tag: string, routes: readonly Route[]): readonly Route[] {
  return routes.filter((route) => route.tag === tag);
}

function contents(tag: string, routes: readonly Route[]): Html {
  const links = ofTag(tag, routes).map(
    ({ id, summary }) => html`<li><a href="#${id}">${summary}</a></li>`,
  );
  return html`<h2>${tag}</h2><ul>${links}</ul>`;
}

function section(tag: string, routes: readonly Route[], baseUrl: string): Html {
  const articles = ofTag(tag, routes).map((route) => article(route, baseUrl));
  return html`<section><h2>${tag}</h2>${articles}</section>`;
}

function article(route: Route, baseUrl: string): Html {
  const { id, method, path, summary, description, permission } = route;
  const words = description === undefined ? '' : html`<p>${description}</p>`;
  const headers = Object.entries(route.headers ?? {}).map(
    ([name, about]): FieldLine => ({ name, type: 'text', isRequired: false, description: about }),
  );
  return html`<article id="${id}">
<h3>${summary}</h3>
<p class="address"><span class="method ${method.toLowerCase()}">${method}</span>
<code>${path}</code></p>
${words}
<p class="permission">${permissionWords(permission).replaceAll('`', '')}</p>
${fieldLines(route.params, 'input').map((lines) => table('In the path', lines))}
${fieldLines(route.query, 'input').map((lines) => table('Query', lines))}
${headers.length === 0 ? '' : table('Headers', headers)}
${fieldLines(route.body, 'input').map((lines, index) =>
  table(index === 0 ? 'Body' : 'Or this body', lines),
)}
${example(route, baseUrl)}
${answers(route)}
${errors(route)}
</article>`;
}

function table(caption: string, lines: readonly FieldLine[]): Html {
  const rows = lines.map(
    ({ name, type, isRequired, description }) => html`<tr>
<th scope="row"><code>${name}</code></th>
<td>${type}${isRequired ? html` <strong>required</strong>` : ''}</td><td>${description}</td></tr>`,
  );
  return html`<div class="table"><table><caption>${caption}</caption>${rows}</table></div>`;
}

function example(route: Route, baseUrl: string): Html | string {
  if (route.transport === 'socket') return '';
  const id = '0198c5f0-0000-7000-8000-000000000000';
  const path = route.path.replace('{version}', '1').replace('{blob}', '<sha-256>');
  const method = route.method === 'GET' ? '' : `-X ${route.method} `;
  const key = route.permission === 'public' ? '' : ` \\\n  -H "X-API-Key: $KEY"`;
  const body = BODY_EXAMPLES[route.id];
  const data = JSON.stringify(body)?.replaceAll("'", "'\\''");
  const sent =
    data === undefined ? '' : ` \\\n  -H 'Content-Type: application/json' \\\n  -d '${data}'`;
  return html`<pre><code>curl ${method}${baseUrl}${path.replace('{id}', id)}${key}${sent}</code></pre>`;
}

function answers({ answers: all }: Route): Html {
  const items = all.map(({ status, description, schema }) => {
    const names = fieldLines(schema, 'output').flat();
    const members = names.map(
      ({ name }, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`,
    );
    return html`<li><strong>${status}</strong> ${description} ${members}</li>`;
  });
  return html`<h4>Answers</h4><ul>${items}</ul>`;
}

function errors(route: Route): Html {
  const items = [...errorsByStatus(route)].flatMap(([status, codes]) =>
    codes.map(
      (code) => html`<li><strong>${status}</strong> <code>${code}</code>
${ERROR_CATALOGUE[code].title}. ${ERROR_CATALOGUE[code].remedy}</li>`,
    ),
  );
  return html`<details><summary>Errors</summary><ul>${items}</ul></details>`;
}
