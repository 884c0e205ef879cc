import type { FlowDraft } from '../flow/index.ts';
import type { ProblemList } from '../problems.ts';
import { CODE_GRANTS, type CodeGrant, coversCode, coversHost, type Grants } from './grants.ts';
import { type Use, usesOf } from './uses.ts';

/**
 * What a flow may do: each key of its `grants` block as it is written there, and what the block
 * leaves out as the nodes use it. A written key is the upper bound: a use that it does not cover is
 * the problem GRANT_MISSING at the place of the use. Linear in nodes and hosts.
 */
export function grantsOf(
  { nodes, grants: block = {} }: Pick<FlowDraft, 'nodes' | 'grants'>,
  { problems, pythonLevel }: { readonly problems: ProblemList; readonly pythonLevel: CodeGrant },
): Grants {
  const uses = usesOf(nodes, pythonLevel);
  const hosts = uses.flatMap((use) => (use.kind === 'host' ? [use.host] : []));
  const grants = {
    hosts: sortedOnce(block.hosts ?? hosts),
    connections: sortedOnce(block.connections ?? []),
    secrets: sortedOnce(block.secrets ?? []),
    code: block.code ?? highest(uses),
  };
  for (const use of uses) refuseUncovered(use, grants, problems);
  return Object.freeze(grants);
}

function refuseUncovered(use: Use, { hosts, code }: Grants, problems: ProblemList): void {
  const { place } = use;
  if (use.kind === 'host') {
    if (coversHost({ hosts }, use.host)) return;
    const isDynamic = use.host === 'dynamic';
    problems.add({
      code: 'GRANT_MISSING',
      message: isDynamic
        ? 'the host is computed while the flow runs, which its grants do not allow'
        : `the host ${use.host} is not among the hosts of grants`,
      remedy: `Add ${use.host} to grants.hosts, or take it out of the node.`,
      place,
    });
    return;
  }
  if (coversCode(code, use.level)) return;
  problems.add({
    code: 'GRANT_MISSING',
    message: `code of the level ${use.level} is more than grants allow, which is ${code}`,
    remedy: `Write code: ${use.level} under grants, or lower the level of the node.`,
    place,
  });
}

function highest(uses: readonly Use[]): CodeGrant {
  const levels = uses.flatMap((use) =>
    use.kind === 'code' ? [CODE_GRANTS.indexOf(use.level)] : [],
  );
  return CODE_GRANTS[Math.max(0, ...levels)] ?? 'none';
}

function sortedOnce(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
