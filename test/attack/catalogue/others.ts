import { type Advisory, byTest, comesWith, JAVASCRIPT, PYTHON } from './advisory.ts';

const EGRESS = byTest('src/guard/egress-corpora.test.ts');
const ISOLATION = byTest('test/store/isolation.test.ts');
const PATHS = byTest('src/guard/paths.test.ts');
const ROUTES = byTest('test/http/routes.test.ts');
const ACCESS = byTest('test/http/matrix/matrix.test.ts');
const HOSTILE = byTest('test/http/hostile.test.ts');

/** Advisories of products with fewer of them, and of sandboxes that such products use. */
export const OTHERS: readonly Advisory[] = (
  [
    ['Dify', ['CVE-2026-41947'], 'B3', 'traces of others by their id', [ISOLATION]],
    ['Dify', ['CVE-2026-41948'], 'D1', 'paths into an inner interface', [EGRESS, HOSTILE]],
    [
      'Dify',
      ['CVE-2026-41949', 'CVE-2026-41950'],
      'B3',
      'files of others by id',
      [ISOLATION, comesWith(5, 'uploads')],
    ],
    ['Dify', ['CVE-2025-56520'], 'C1', 'a file from any address', [EGRESS]],
    ['Dify', ['CVE-2025-3466'], 'A3', 'globals of the sandbox were replaced', [JAVASCRIPT]],
    ['Dify', ['CVE-2025-0184'], 'C1', 'a document from any address', [EGRESS]],
    ['Dify', ['CVE-2025-58747'], 'E1', 'script in an address', [comesWith(7, 'pages')]],
    ['Windmill', ['CVE-2026-22683'], 'B9', 'a role that only the pages knew', [ACCESS]],
    ['Windmill', ['CVE-2026-29059'], 'D1', 'logs by any path', [PATHS, HOSTILE]],
    ['Windmill', ['GHSA-2ppx-66jv-wpw5'], 'B2', 'scopes that lists forgot', [ACCESS]],
    ['Windmill', ['windmill 1.669'], 'B3', 'resumed from another place', [ISOLATION]],
    [
      'Windmill',
      ['GHSA-5q4v', 'windmill 1.713', 'windmill 1.668.5 git'],
      'C1',
      'second addresses',
      [byTest('src/guard/egress.test.ts')],
    ],
    [
      'Windmill',
      ['GHSA-r5v4-cxh9-7qhq'],
      'B7',
      'a permission that outlived its end',
      [byTest('test/attack/access/revoked.test.ts')],
    ],
    [
      'Windmill',
      ['windmill 1.735'],
      'D1',
      'names of modules that climb',
      [{ sets: ['javascript/modules', 'python/imports'] }],
    ],
    [
      'Windmill',
      ['windmill 1.668.5 webhook'],
      'C3',
      'old signatures, no limit of logins',
      [comesWith(6, 'webhooks'), byTest('test/attack/access/guesses.test.ts')],
    ],
    [
      'Kestra',
      ['CVE-2026-53576', 'GHSA-2q47-568g-9h4f'],
      'B1',
      'the end of a path made it public',
      [HOSTILE, ROUTES],
    ],
    [
      'Kestra',
      ['CVE-2026-38428'],
      'E3',
      'a query put together from text',
      [byTest('test/claims/store-sql-injection.test.ts')],
    ],
    ['Activepieces', ['activepieces PR 12662'], 'D1', 'a path segment of one dot', [PATHS]],
    [
      'Activepieces',
      ['activepieces #7902'],
      'A7',
      'a shell made of variables',
      [{ sets: ['flow/commands'] }],
    ],
    [
      'Activepieces',
      ['activepieces #14222'],
      'E7',
      'packages with known faults',
      [byTest('test/house/repository.test.ts')],
    ],
    ['Node-RED', ['CVE-2026-71269'], 'E5', 'a request that stops the server', [HOSTILE, ROUTES]],
    ['Node-RED', ['node-red #5868'], 'D1', 'a slash in an id, checked once', [HOSTILE, ROUTES]],
    ['Node-RED', ['CVE-2021-3223'], 'D1', 'a path out of the pages', [HOSTILE]],
    [
      'Node-RED',
      ['CVE-2021-21297'],
      'E2',
      'keys of a request in objects of the server',
      [ROUTES, { sets: ['flow/prototypes', 'flow/published-pollution'] }],
    ],
    ['FUXA', ['CVE-2026-25938'], 'B1', 'an inner interface without a login', [ROUTES]],
    ['vm2', ['CVE-2026-45411'], 'A3', 'errors out of an async generator', [JAVASCRIPT]],
    ['vm2', ['GHSA-8hg8-63c5-gwmx'], 'A3', 'a sandbox within the sandbox', [JAVASCRIPT]],
    ['vm2', ['CVE-2026-22709'], 'A3', 'handlers of promises', [JAVASCRIPT]],
    ['Pyodide', ['pyodide audit 2026'], 'A4', 'the bridge from Python to its host', [PYTHON]],
  ] as const
).map(([rival, ids, kind, cause, proofs]) => ({ ids, rival, class: kind, cause, proofs }));
