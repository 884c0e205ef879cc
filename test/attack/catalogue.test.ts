import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ADVISORIES } from './catalogue/index.ts';
import { ALL_SETS } from './sets/index.ts';

/** Every id of the published advisories that we know of; kept apart from the table on purpose. */
const PUBLISHED = `
CVE-2025-68613 GHSA-v98v-ff95-f3cp CVE-2026-25049 GHSA-6cqr-8cfr-67f8 CVE-2026-1470 CVE-2026-27577
GHSA-vpcf-gvg4-6qwr CVE-2025-68668 GHSA-62r4-hw23-cc8v CVE-2026-0863 CVE-2026-49444
GHSA-9pq8-m8gp-4p53 CVE-2026-27495 GHSA-jjpj-p2wh-qf23 CVE-2026-27497 GHSA-wxx7-mcgf-j869
CVE-2026-27498 CVE-2026-21877 GHSA-v364-rw7m-3263 CVE-2026-21858 CVE-2026-21894 CVE-2026-42226
GHSA-h3jj-5f3v-3685 CVE-2026-56350 GHSA-vjf3-2gpj-233v GHSA-h5xr-fqvj-253p GHSA-725q-c4vp-q4cg
GHSA-vhcw-f978-xjjg CVE-2026-39974 CVE-2026-42449 CVE-2026-45707 CVE-2025-46343 CVE-2025-52478
CVE-2025-58177 CVE-2025-61914 CVE-2025-57749 CVE-2026-25052 CVE-2025-62726 CVE-2025-65964
CVE-2026-25053 CVE-2026-25055 CVE-2026-33724 CVE-2026-27493 CVE-2026-33696 CVE-2026-33713
CVE-2026-33751 CVE-2026-33665 CVE-2026-33720 CVE-2025-49592 CVE-2025-52554
CVE-2026-40933 GHSA-c9gw-hvqq-f33r CVE-2026-56274 CVE-2026-41268 CVE-2026-46442 CVE-2025-59528
CVE-2025-55346 CVE-2026-41276 GHSA-f6hc-c5jr-878p CVE-2025-58434 CVE-2026-46441 GHSA-728h-4mwj-f2p4
CVE-2026-41277 GHSA-3prp-9gf7-4rxx GHSA-c2c9-mfw7-p8hw CVE-2026-31829 CVE-2026-41271
GHSA-2x8m-83vc-6wv4 GHSA-3gcm-f6qx-ff7p GHSA-hr92-4q35-4j3m CVE-2026-30824 GHSA-jv9m-vf54-chjj
GHSA-7r4h-vmj9-wg42 CVE-2025-26319 CVE-2024-31621
CVE-2025-3248 CVE-2026-0768 CVE-2026-33017 CVE-2026-13448 CVE-2025-34291 CVE-2026-9198
CVE-2026-27966 CVE-2026-33497 CVE-2026-34046 GHSA-8c4j-f57c-35cf CVE-2026-55255 GHSA-qrpv-q767-xqq2
CVE-2026-33053 CVE-2026-5022 CVE-2026-10560 CVE-2026-21445 CVE-2026-55423 CVE-2026-55450
GHSA-x223-p2gf-v735 CVE-2025-57760 CVE-2025-68477 CVE-2025-68478
CVE-2026-41947 CVE-2026-41948 CVE-2026-41949 CVE-2026-41950 CVE-2025-56520 CVE-2025-3466
CVE-2025-0184 CVE-2025-58747 CVE-2026-22683 CVE-2026-29059 GHSA-2ppx-66jv-wpw5 GHSA-5q4v
GHSA-r5v4-cxh9-7qhq CVE-2026-53576 GHSA-2q47-568g-9h4f CVE-2026-38428 CVE-2026-71269 CVE-2021-3223
CVE-2021-21297 CVE-2026-25938 CVE-2026-45411 GHSA-8hg8-63c5-gwmx CVE-2026-22709
`;

/** Rows that were published without a number. */
const UNNUMBERED = [
  'langflow PR 13914',
  'windmill 1.669',
  'windmill 1.713',
  'windmill 1.668.5 git',
  'windmill 1.735',
  'windmill 1.668.5 webhook',
  'activepieces PR 12662',
  'activepieces #7902',
  'activepieces #14222',
  'node-red #5868',
  'pyodide audit 2026',
];

describe('the catalogue of advisories', () => {
  const ids = ADVISORIES.flatMap((advisory) => advisory.ids);

  it('has every published advisory once, and none that is not published', () => {
    const published = [...PUBLISHED.trim().split(/\s+/), ...UNNUMBERED];
    expect([...ids].sort()).toEqual(published.sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has a proof for each, and every proof is there', () => {
    const names = new Set(ALL_SETS.map(({ name }) => name));
    const missing = ADVISORIES.flatMap(({ ids: [id], proofs }) =>
      proofs.flatMap((proof) => {
        if ('test' in proof) return existsSync(proof.test) ? [] : [`${id}: no ${proof.test}`];
        if ('issue' in proof) return [];
        return proof.sets.filter((name) => !names.has(name)).map((name) => `${id}: no set ${name}`);
      }),
    );
    expect(missing).toEqual([]);
    expect(ADVISORIES.filter(({ proofs }) => proofs.length === 0)).toEqual([]);
  });

  it('is shown by attacks or tests for all that has to do with code, templates and flows', () => {
    const waiting = ADVISORIES.filter(
      ({ class: kind, proofs }) =>
        /^(?:A[1-57-9]|D4|E2|E5)$/.test(kind) && proofs.every((proof) => 'issue' in proof),
    );
    expect(waiting).toEqual([]);
  });

  it('has names of sets that are unique, and sets that are not empty', () => {
    expect(new Set(ALL_SETS.map(({ name }) => name)).size).toBe(ALL_SETS.length);
    for (const set of ALL_SETS) expect(set.payloads()?.length ?? 1, set.name).toBeGreaterThan(0);
  });
});
