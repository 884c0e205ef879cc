import type { Random } from '../../src/base/index.ts';
import { edgesOf, type FlowSpec, type NodeSpec, nodeOf, scopesOf } from './plan-of.ts';

type Draft = { -readonly [K in keyof NodeSpec]: NodeSpec[K] };

const TRIES_MAX = 400;

/**
 * A random flow that `compile` would accept; grown node by node, a node that does not fit is
 * redrawn.
 */
export function randomFlow(random: Random): FlowSpec {
  const below = (limit: number) => Math.floor(random.next() * limit);
  const chance = (percent: number) => random.next() * 100 < percent;
  const nodes: Record<string, Draft> = {};
  const total = 2 + below(11);
  /** Members that foreachs still need, innermost last. */
  const open: { readonly foreach: string; left: number }[] = [];
  for (let tries = 0; Object.keys(nodes).length < total && tries < TRIES_MAX; tries += 1) {
    const before = structuredClone(nodes);
    const name = `n${Object.keys(nodes).length}`;
    const owner = open.at(-1);
    const node = draw(name, owner?.foreach);
    nodes[name] = node;
    if (owner !== undefined) addMember(owner.foreach, name);
    if (!isAllowed(nodes)) {
      for (const key of Object.keys(nodes)) delete nodes[key];
      Object.assign(nodes, before);
      continue;
    }
    if (owner !== undefined) owner.left -= 1;
    if (owner?.left === 0) open.pop();
    if (node.kind === 'foreach') open.push({ foreach: name, left: 1 + below(3) });
  }
  for (const [name, node] of Object.entries(nodes)) {
    if (node.kind === 'foreach' && node.members?.length === 0) nodes[name] = { ...plain(node) };
  }
  pickSome();
  const outputs = Object.fromEntries(Object.keys(nodes).map((name) => [`out_${name}`, name]));
  return { nodes, outputs };

  function draw(name: string, owner: string | undefined): Draft {
    const kinds = ['step', 'step', 'step', 'split', 'aggregate', 'filter', 'foreach'] as const;
    const kind = kinds[below(kinds.length)] ?? 'step';
    const node: Draft = { kind, after: drawSources(), ...drawPolicy() };
    if (kind === 'aggregate' && node.after?.length === 0) node.kind = 'step';
    if (kind === 'step' && chance(25)) node.routes = ['left', 'right'];
    if (kind === 'foreach') Object.assign(node, drawForeach(name, node.after ?? []));
    if (kind === 'split' && chance(50)) node.itemName = `item_${name}`;
    if (chance(30)) drawControl(name);
    if (chance(20) && node.after?.[0] !== undefined) {
      node.context = { ctx: node.after[0].split('.')[0] ?? '' };
    }
    if (owner !== undefined && chance(20)) node.after = [...(node.after ?? []), owner];
    return node;
  }

  function drawSources(): string[] {
    const earlier = Object.keys(nodes);
    const count = Math.min(earlier.length, [0, 1, 1, 1, 2, 2, 3][below(7)] ?? 1);
    const chosen = new Set<string>();
    for (let index = 0; index < count; index += 1) {
      const recent = chance(60) ? Math.max(0, earlier.length - 3) : 0;
      chosen.add(earlier[recent + below(earlier.length - recent)] ?? 'n0');
    }
    return [...chosen].map((source) => {
      if (chance(12)) return `${source}.error`;
      const route = nodes[source]?.routes?.[below(2)];
      return route !== undefined && chance(50) ? `${source}.${route}` : source;
    });
  }

  function drawPolicy(): Draft {
    const policy: Draft = {};
    if (chance(40)) policy.retry = { attempts: 1 + below(4), backoffMs: below(30) };
    if (chance(40)) policy.timeoutMs = 200;
    return policy;
  }

  function drawForeach(name: string, after: readonly string[]): Draft {
    const split = after.find((each) => nodes[each]?.kind === 'split');
    return {
      members: [],
      parallel: chance(60),
      onError: chance(40) ? 'continue' : 'fail',
      ...(chance(40) ? { itemName: `item_${name}` } : {}),
      ...(chance(30) ? { concurrency: 1 + below(3) } : {}),
      ...(split !== undefined && chance(50) ? { over: split } : {}),
    };
  }

  /** Makes an earlier node with routes lead here. */
  function drawControl(name: string): void {
    const withRoutes = Object.values(nodes).filter((node) => node.routes !== undefined);
    const source = withRoutes[below(withRoutes.length)];
    if (source !== undefined) source.routes = [...(source.routes ?? []), name];
  }

  function addMember(foreach: string, name: string): void {
    const owner = nodes[foreach];
    if (owner !== undefined) owner.members = [...(owner.members ?? []), name];
  }

  function pickSome(): void {
    const places = scopesOf({ nodes });
    for (const [name, node] of Object.entries(nodes)) {
      if (node.kind === 'foreach' && chance(30)) {
        node.collect = chance(30)
          ? (node.itemName ?? 'item')
          : (node.members?.[below(node.members.length)] ?? 'item');
      }
      const foreach = (node.after ?? []).find((each) => (nodes[each]?.members ?? []).length > 0);
      const members = foreach === undefined ? [] : (nodes[foreach]?.members ?? []);
      const isOwn = places.get(name)?.scope.includes(foreach ?? '');
      if (node.kind !== 'aggregate' || foreach === undefined || isOwn || chance(50)) continue;
      node.pick = { foreach, member: members[below(members.length)] ?? '' };
    }
  }
}

function plain({ after, retry, timeoutMs }: Draft): Draft {
  return {
    after: after ?? [],
    ...(retry === undefined ? {} : { retry }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

/** What `compile` refuses: splits that meet, edges out of a foreach, members that are not named. */
function isAllowed(nodes: Readonly<Record<string, NodeSpec>>): boolean {
  const spec: FlowSpec = { nodes };
  const places = scopesOf(spec);
  const scopeOf = (name: string) => places.get(name)?.scope ?? [];
  for (const { from, to, port } of edgesOf(spec)) {
    const target = places.get(to);
    const around = target?.closes === undefined ? scopeOf(to) : [...scopeOf(to), target.closes];
    const source = scopeOf(from);
    if (source.some((opener, depth) => around[depth] !== opener)) return false;
    const isMember = scopeOf(to).includes(from);
    if (isMember && port !== 'default') return false;
    if (isMember && nodeOf(spec, from).kind === 'foreach' && nodeOf(spec, to).after === undefined) {
      return false;
    }
  }
  const isIn = (foreach: string, members: readonly string[] = []) =>
    members.every((member) => scopeOf(member).includes(foreach));
  if (!Object.entries(nodes).every(([name, { members }]) => isIn(name, members))) return false;
  return Object.keys(nodes).every((name) => areMembersNamed(spec, name, scopeOf(name)));
}

function areMembersNamed(spec: FlowSpec, name: string, scope: readonly string[]): boolean {
  let inner = name;
  for (const opener of scope.toReversed()) {
    const { kind, members } = nodeOf(spec, opener);
    if (kind !== 'foreach') continue;
    if (!members?.includes(inner)) return false;
    inner = opener;
  }
  return true;
}
