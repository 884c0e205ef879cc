import { nearest } from '../../base/index.ts';
import { quoted } from '../config/index.ts';
import type { FlowDraft, NodeDraft } from '../flow/index.ts';
import type { ProblemList } from '../problems.ts';

/**
 * Which foreach each node belongs to. Adds problems for members that are no nodes, are the foreach
 * itself, or belong to another one already; a foreach with such a problem becomes doubtful.
 */
export function foreachMembers(flow: {
  readonly draft: FlowDraft;
  readonly problems: ProblemList;
  readonly node: ReadonlyMap<string, NodeDraft>;
  readonly doubtful: Set<string>;
}): ReadonlyMap<string, string> {
  const { draft, problems, node, doubtful } = flow;
  const owners = new Map<string, string>();
  for (const foreach of draft.nodes) {
    if (foreach.type?.role !== 'foreach' || foreach.region === undefined) continue;
    for (const member of new Set(foreach.region.members)) {
      const owner = owners.get(member);
      const problem = memberProblem(node, { member, owner, foreach: foreach.name });
      if (problem === undefined) {
        owners.set(member, foreach.name);
        continue;
      }
      doubtful.add(foreach.name);
      if (problem.code === 'UNKNOWN_NODE' && !draft.knowsNodes) continue;
      problems.add({ ...problem, place: placeOfMember(foreach, member) });
    }
  }
  return owners;
}

interface Membership {
  readonly member: string;
  readonly owner: string | undefined;
  readonly foreach: string;
}

function memberProblem(
  node: ReadonlyMap<string, NodeDraft>,
  { member, owner, foreach }: Membership,
) {
  if (member === foreach) {
    const message = `the foreach ${foreach} cannot be one of its own nodes`;
    return { code: 'REGION_MEMBER', message, remedy: 'Remove it from the list.' } as const;
  }
  if (!node.has(member)) {
    const message = `the foreach ${foreach} runs the node ${quoted(member)}, which is not there`;
    const remedy = () => {
      const near = nearest(member, node.keys());
      return near === undefined ? undefined : `Did you mean ${near}?`;
    };
    return { code: 'UNKNOWN_NODE', message, remedy } as const;
  }
  if (owner === undefined) return undefined;
  const message = `the node ${member} belongs to the foreach ${owner} already`;
  return { code: 'REGION_MEMBER', message, remedy: undefined } as const;
}

function placeOfMember(foreach: NodeDraft, member: string) {
  const mention = foreach.mentions.find((each) => each.kind === 'node' && each.text === member);
  return mention?.place ?? foreach.place;
}

/** True for a node that a foreach runs, directly or through a foreach inside it. */
export function isMember(
  name: string,
  foreach: string,
  foreachOf: ReadonlyMap<string, string>,
): boolean {
  let owner = foreachOf.get(name);
  for (let steps = 0; owner !== undefined && steps <= foreachOf.size; steps += 1) {
    if (owner === foreach) return true;
    owner = foreachOf.get(owner);
  }
  return false;
}

/** The nodes that each foreach runs, those of a foreach inside it included. */
export function membersOf(
  foreachOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, string[]>();
  for (const member of foreachOf.keys()) {
    let owner = foreachOf.get(member);
    for (let steps = 0; owner !== undefined && steps <= foreachOf.size; steps += 1) {
      const found = members.get(owner);
      if (found === undefined) members.set(owner, [member]);
      else found.push(member);
      owner = foreachOf.get(owner);
    }
  }
  return members;
}
