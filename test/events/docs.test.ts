import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_KEY, type TestServer, testServer } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}/docs/events.md`, 'utf8');
const programs = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code ?? '');

const FLOW = `name: greet
nodes:
  hello: {type: template, config: {template: "hello"}}
`;

let server: TestServer;
let id = '';

beforeAll(async () => {
  server = await testServer();
  const flow = await server.ask('POST', '/api/v1/flows', { body: { source: FLOW } });
  const path = `/api/v1/flows/${flow.json.id}/execute?wait=10s`;
  id = (await server.ask('POST', path, { body: { inputs: {} } })).json.id;
});

afterAll(() => server.close());

describe('docs/events.md', () => {
  it('has a program for each of the two ways', () => {
    expect(programs.length).toBe(2);
  });

  it.each([[0], [1]])('program %i follows an execution to its end', async (index) => {
    const child = spawn(process.execPath, ['--input-type=module', '-', id], {
      cwd: root,
      env: { PATH: process.env.PATH, SLUICE_SERVER: server.url, SLUICE_API_KEY: TEST_KEY },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.stdin.end(programs[index]);
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(text).toContain("kind: 'execution.started'");
    expect(text).toContain("kind: 'execution.ended'");
  });

  it('names every kind of event and every code of closing that the sources have', () => {
    const contract = readFileSync(`${root}/src/contract/execution.ts`, 'utf8');
    const kinds = [...contract.matchAll(/readonly kind: '([a-z.]+)'/g)].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThan(5);
    for (const kind of kinds) expect(page).toContain(`| \`${kind}\` |`);
    const outlet = readFileSync(`${root}/src/http/events/socket-outlet.ts`, 'utf8');
    const codes = [...outlet.matchAll(/^ {2}\w+: (1\d{3}),$/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(3);
    for (const code of codes) expect(page).toContain(`| ${code} |`);
  });
});
