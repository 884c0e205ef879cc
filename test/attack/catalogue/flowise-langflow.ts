import { type Advisory, byTest, comesWith, EXPRESSION, JAVASCRIPT, PYTHON } from './advisory.ts';

const COMMANDS = { sets: ['flow/commands'] } as const;
const EGRESS = byTest('src/guard/egress-corpora.test.ts');
const ISOLATION = byTest('test/store/isolation.test.ts');
const ROUTES = byTest('test/http/routes.test.ts');

/** Advisories of Flowise. */
export const FLOWISE: readonly Advisory[] = (
  [
    [
      ['CVE-2026-40933', 'GHSA-c9gw-hvqq-f33r'],
      'A7',
      'opening a flow started its command',
      [COMMANDS, byTest('test/attack/opening.test.ts')],
    ],
    [['CVE-2026-56274'], 'A7', 'the long form of a flag that was blocked', [COMMANDS]],
    [
      ['CVE-2026-41268'],
      'A7',
      'variables of a process from a request',
      [COMMANDS, byTest('test/http/routes.test.ts')],
    ],
    [
      ['CVE-2026-46442'],
      'A3',
      'a function for anybody, in a sandbox with holes',
      [JAVASCRIPT, byTest('test/http/matrix/matrix.test.ts')],
    ],
    [
      ['CVE-2025-59528', 'CVE-2025-55346'],
      'A3',
      'text that became a function',
      [JAVASCRIPT, EXPRESSION],
    ],
    [
      ['CVE-2026-41276', 'GHSA-f6hc-c5jr-878p'],
      'B6',
      'an empty token matched',
      [byTest('test/attack/access/made-tokens.test.ts')],
    ],
    [
      ['CVE-2025-58434'],
      'B6',
      'the answer held the token',
      [byTest('test/attack/access/made-tokens.test.ts')],
    ],
    [
      ['CVE-2026-46441', 'GHSA-728h-4mwj-f2p4'],
      'B4',
      'a body named its tenant',
      [ROUTES, ISOLATION],
    ],
    [
      ['CVE-2026-41277', 'GHSA-3prp-9gf7-4rxx'],
      'B4',
      'a new row over one of others',
      [ROUTES, ISOLATION],
    ],
    [['GHSA-c2c9-mfw7-p8hw'], 'B3', 'lists of all tenants', [ISOLATION]],
    [['CVE-2026-31829', 'CVE-2026-41271'], 'C1', 'requests to any address', [EGRESS]],
    [
      ['GHSA-2x8m-83vc-6wv4'],
      'C1',
      'a name looked up twice, a guard that is off',
      [byTest('src/guard/egress.test.ts')],
    ],
    [['GHSA-3gcm-f6qx-ff7p'], 'C1', 'requests to any address', [EGRESS]],
    [['GHSA-hr92-4q35-4j3m'], 'A3', 'code in the server', [JAVASCRIPT]],
    [['CVE-2026-30824'], 'B1', 'paths without a login', [byTest('test/http/routes.test.ts')]],
    [
      ['GHSA-jv9m-vf54-chjj'],
      'D4',
      'a tool that writes anywhere',
      [byTest('src/guard/paths.test.ts')],
    ],
    [['GHSA-7r4h-vmj9-wg42'], 'E1', 'chats shown as pages', [comesWith(7, 'pages')]],
    [['CVE-2025-26319'], 'D1', 'uploads that climb', [comesWith(5, 'uploads')]],
    [['CVE-2024-31621'], 'B1', 'letter case of a path', [byTest('test/http/hostile.test.ts')]],
  ] as const
).map((row) => advisory('Flowise', row));

/** Advisories of Langflow. */
export const LANGFLOW: readonly Advisory[] = (
  [
    [
      ['CVE-2025-3248', 'CVE-2026-0768'],
      'A8',
      'checking code ran its decorators',
      [{ sets: ['python/builtins', 'flow/yaml-suite'] }, byTest('test/attack/opening.test.ts')],
    ],
    [['CVE-2026-33017'], 'A9', 'the caller brings the flow', [ROUTES, PYTHON]],
    [['CVE-2026-13448'], 'A9', 'the caller brings a part of the flow', [ROUTES, PYTHON]],
    [
      ['CVE-2025-34291'],
      'B7',
      'other origins with the cookie',
      [byTest('test/http/hostile.test.ts'), byTest('test/http/cors.test.ts')],
    ],
    [['CVE-2026-9198'], 'B5', 'a login for anybody', [byTest('test/http/routes.test.ts')]],
    [
      ['CVE-2026-27966'],
      'A6',
      'words of a model became Python',
      [PYTHON, { sets: ['expression/data-as-template'] }, comesWith(6, 'models')],
    ],
    [['CVE-2026-33497'], 'D1', 'a folder from the caller', [byTest('src/guard/paths.test.ts')]],
    [
      ['CVE-2026-34046', 'GHSA-8c4j-f57c-35cf'],
      'B3',
      'an owner asked for in one case',
      [ISOLATION],
    ],
    [['CVE-2026-55255', 'GHSA-qrpv-q767-xqq2'], 'B3', 'flows of others by id', [ISOLATION]],
    [['CVE-2026-33053'], 'B3', 'keys of others', [ISOLATION, byTest('test/http/keys.test.ts')]],
    [
      ['CVE-2026-5022', 'CVE-2026-10560', 'CVE-2026-21445'],
      'B1',
      'routes without a login',
      [byTest('test/http/routes.test.ts')],
    ],
    [['CVE-2026-55423'], 'B7', 'a logout that ends nothing', [byTest('test/http/sign-in.test.ts')]],
    [['CVE-2026-55450', 'GHSA-x223-p2gf-v735'], 'D1', 'uploads', [comesWith(5, 'uploads')]],
    [
      ['langflow PR 13914'],
      'E4',
      'secrets shown because of their names',
      [byTest('src/guard/redact.test.ts'), comesWith(5, 'the vault')],
    ],
    [
      ['CVE-2025-57760'],
      'B2',
      'a command that makes anybody an operator',
      [byTest('test/cli/people.test.ts')],
    ],
    [['CVE-2025-68477'], 'C1', 'requests to any address', [EGRESS]],
    [['CVE-2025-68478'], 'D1', 'a path to overwrite', [byTest('src/guard/paths.test.ts')]],
  ] as const
).map((row) => advisory('Langflow', row));

function advisory(
  rival: string,
  [ids, kind, cause, proofs]: readonly [
    Advisory['ids'],
    string,
    string,
    readonly Advisory['proofs'][number][],
  ],
): Advisory {
  return { ids, rival, class: kind, cause, proofs };
}
