import { type Advisory, byTest, comesWith, EXPRESSION, JAVASCRIPT, PYTHON } from './advisory.ts';

const COMMANDS = { sets: ['flow/commands'] } as const;

/** Advisories of n8n and of what is built around it. */
export const N8N: readonly Advisory[] = [
  one(['CVE-2025-68613', 'GHSA-v98v-ff95-f3cp'], 'A1', 'expressions were code in the server', [
    EXPRESSION,
  ]),
  one(['CVE-2026-25049', 'GHSA-6cqr-8cfr-67f8'], 'A1', 'another way out, fed by a public hook', [
    EXPRESSION,
    { sets: ['expression/data-as-template'] },
  ]),
  one(['CVE-2026-1470'], 'A1', 'old syntax was not on the list of what is blocked', [EXPRESSION]),
  one(['CVE-2026-27577', 'GHSA-vpcf-gvg4-6qwr'], 'A1', 'a kind of tree node was left out', [
    EXPRESSION,
  ]),
  one(['CVE-2025-68668', 'GHSA-62r4-hw23-cc8v'], 'A4', 'the bridge from Python to its host', [
    PYTHON,
  ]),
  one(['CVE-2026-0863'], 'A4', 'format strings and error objects', [PYTHON]),
  one(['CVE-2026-49444', 'GHSA-9pq8-m8gp-4p53'], 'A4', 'Python code left its container', [PYTHON]),
  one(['CVE-2026-27495', 'GHSA-jjpj-p2wh-qf23'], 'A3', 'JavaScript left its runner', [JAVASCRIPT]),
  one(['CVE-2026-27497', 'GHSA-wxx7-mcgf-j869'], 'A5', 'an SQL engine that compiles code', [
    COMMANDS,
    { sets: ['flow/tags', 'expression/regex'] },
  ]),
  one(['CVE-2026-27498'], 'D4', 'a file was written and then run', [
    byTest('src/guard/paths.test.ts'),
    COMMANDS,
  ]),
  one(['CVE-2026-21877', 'GHSA-v364-rw7m-3263'], 'D4', 'files written where they are loaded', [
    byTest('src/guard/paths.test.ts'),
    COMMANDS,
  ]),
  one(['CVE-2026-21858'], 'C4', 'JSON that poses as an upload', [
    byTest('test/http/routes.test.ts'),
    comesWith(5, 'uploads'),
  ]),
  one(['CVE-2026-21894'], 'C3', 'a signature that nobody checked', [comesWith(6, 'webhooks')]),
  one(['CVE-2026-42226'], 'C2', 'a secret sent where the caller says', [comesWith(5, 'the vault')]),
  one(['GHSA-h3jj-5f3v-3685'], 'B2', 'retry asked for the permission to read', [
    byTest('test/http/matrix/matrix.test.ts'),
  ]),
  one(['CVE-2026-56350', 'GHSA-vjf3-2gpj-233v'], 'B4', 'fields of a body that are not its own', [
    byTest('test/http/routes.test.ts'),
    byTest('test/http/matrix/matrix.test.ts'),
  ]),
  one(['GHSA-h5xr-fqvj-253p'], 'E1', 'stored script', [comesWith(7, 'pages that show data')]),
  one(['GHSA-725q-c4vp-q4cg'], 'D2', 'checked and used at two moments', [
    byTest('src/guard/paths.test.ts'),
  ]),
  one(['GHSA-vhcw-f978-xjjg'], '?', 'not told in what we could read', [
    comesWith(7, 'a look at what it is'),
  ]),
  one(['CVE-2026-39974', 'CVE-2026-42449'], 'C1', 'an address from a header, and IPv6 forms', [
    byTest('src/guard/egress-corpora.test.ts'),
  ]),
  one(['CVE-2026-45707'], 'B5', "no header meant the operator's own secrets", [
    byTest('test/http/matrix/matrix.test.ts'),
    comesWith(5, 'the vault'),
  ]),
  one(
    ['CVE-2025-46343', 'CVE-2025-52478', 'CVE-2025-58177', 'CVE-2025-61914'],
    'E1',
    'pages made of data',
    [byTest('test/http/routes.test.ts'), comesWith(7, 'pages that show data')],
  ),
  one(['CVE-2025-57749', 'CVE-2026-25052'], 'D1', 'links and races around allowed folders', [
    byTest('src/guard/paths.test.ts'),
  ]),
  one(['CVE-2025-62726', 'CVE-2025-65964', 'CVE-2026-25053'], 'D4', 'hooks of a repository', [
    COMMANDS,
  ]),
  one(['CVE-2026-25055', 'CVE-2026-33724'], 'D1', 'names and keys of a host of files', [COMMANDS]),
  one(['CVE-2026-27493'], 'A2', 'the text of a form was read as an expression', [
    { sets: ['expression/data-as-template'] },
  ]),
  one(['CVE-2026-33696'], 'E2', 'keys of the sender in objects of the server', [
    { sets: ['flow/prototypes', 'flow/published-gadgets', 'javascript/proto-keys'] },
  ]),
  one(['CVE-2026-33713', 'CVE-2026-33751'], 'E3', 'queries put together from text', [
    byTest('test/claims/store-sql-injection.test.ts'),
  ]),
  one(['CVE-2026-33665', 'CVE-2026-33720'], 'B8', 'accounts linked without proof', [
    byTest('test/attack/access/names.test.ts'),
  ]),
  one(['CVE-2025-49592'], 'B8', 'a login that leads elsewhere', [
    byTest('test/http/sign-in.test.ts'),
  ]),
  one(['CVE-2025-52554'], 'B3', 'an execution of others was stopped', [
    byTest('test/store/isolation.test.ts'),
  ]),
];

function one(ids: Advisory['ids'], kind: string, cause: string, proofs: Advisory['proofs']) {
  return { ids, rival: 'n8n', class: kind, cause, proofs };
}
