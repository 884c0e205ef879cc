import type { Value } from '../../src/base/index.ts';
import type { Edge } from '../../src/language/index.ts';
import { type FlowSpec, nodeOf, type PlaceInRegions } from './plan-of.ts';
import type { Script } from './script.ts';

/** What the reference knows of a flow and of how its visits behave. */
export interface Reading {
  readonly spec: FlowSpec;
  readonly script: Script;
  readonly edges: readonly Edge[];
  readonly places: ReadonlyMap<string, PlaceInRegions>;
  /** Names that every template sees. */
  readonly fixed: Readonly<Record<string, Value>>;
}

export interface ExpectedStep {
  readonly node: string;
  readonly path: string;
  readonly status: 'completed' | 'failed' | 'skipped' | 'never';
  readonly attempts: number;
  readonly port?: string | undefined;
  readonly value?: Value | undefined;
  readonly items?: number | undefined;
  readonly dropped?: true | undefined;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly ended?: Ended | undefined;
}

/** Where the item ended early; depth 0 stands for the whole execution. */
export interface Ended {
  readonly reason: 'dropped' | 'failed';
  readonly depth: number;
}

/** One item of a region, or the outside of all regions, with what happened there. */
export interface World {
  readonly flow: Reading;
  readonly opener: string | undefined;
  readonly depth: number;
  readonly path: string;
  readonly index: number;
  readonly item: Value | undefined;
  readonly count: number;
  readonly parent: World | undefined;
  readonly isClosed: boolean;
  readonly steps: Map<string, ExpectedStep>;
  readonly regions: Map<string, { readonly isOpen: boolean; readonly worlds: World[] }>;
  failed: ExpectedStep | undefined;
  dropped: boolean;
}

export type Signal = 'live' | 'dead' | Ended;

export function worldOf(place: Pick<World, 'flow' | 'path'> & Partial<World>): World {
  return {
    opener: undefined,
    depth: 0,
    index: 0,
    count: 0,
    item: undefined,
    parent: undefined,
    isClosed: false,
    steps: new Map(),
    regions: new Map(),
    failed: undefined,
    dropped: false,
    ...place,
  };
}

export function worldsOf(world: World, scope: readonly string[]): readonly World[] {
  const opener = scope[world.depth];
  if (opener === undefined) return [world];
  return (world.regions.get(opener)?.worlds ?? []).flatMap((each) => worldsOf(each, scope));
}

export function worldAt(world: World, depth: number): World {
  let each = world;
  while (each.depth > depth && each.parent !== undefined) each = each.parent;
  return each;
}

export function scopeOf(flow: Reading, node: string): readonly string[] {
  return flow.places.get(node)?.scope ?? [];
}

export function incomingOf(flow: Reading, node: string): readonly Edge[] {
  return flow.edges.filter((edge) => edge.to === node);
}

export function isForeach(flow: Reading, node: string): boolean {
  return nodeOf(flow.spec, node).kind === 'foreach';
}

/** What an edge tells a visit of its target in this world. */
export function signal(edge: Edge, world: World): Signal {
  const around = scopeOf(world.flow, edge.to);
  const source = scopeOf(world.flow, edge.from);
  if (around.includes(edge.from)) return edge.port === 'error' ? 'dead' : 'live';
  if (source.length > around.length) return signalFromInside(edge, world, source);
  const step = worldAt(world, source.length).steps.get(edge.from);
  if (step === undefined) throw new Error(`${edge.from} has not ended before ${edge.to}`);
  return stepSignal(step, edge.port);
}

function signalFromInside(edge: Edge, world: World, scope: readonly string[]): Signal {
  const opener = scope[world.depth] ?? '';
  const region = world.regions.get(opener);
  if (region?.isOpen !== true) return world.steps.get(opener)?.ended ?? 'dead';
  const ends = region.worlds
    .map((inner) => inner.steps.get(edge.from)?.ended)
    .filter((ended) => ended !== undefined && ended.depth <= world.depth);
  return outermost(ends.filter((ended) => ended !== undefined)) ?? 'live';
}

export function outermost(ends: readonly Ended[]): Ended | undefined {
  return ends.toSorted((a, b) => a.depth - b.depth)[0];
}

export function stepSignal(step: ExpectedStep, port: string): Signal {
  if (step.ended !== undefined) return step.ended;
  if (step.port === undefined) return 'dead';
  const isDefault = port === 'default' && step.port !== 'error';
  return step.port === port || isDefault ? 'live' : 'dead';
}
