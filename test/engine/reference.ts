import type { Value } from '../../src/base/index.ts';
import type { Edge } from '../../src/language/index.ts';
import { edgesOf, type FlowSpec, nodeOf, scopesOf } from './plan-of.ts';
import { collectFrom, inputOf, namesOf, valueFrom } from './reference-view.ts';
import {
  type Ended,
  type ExpectedStep,
  incomingOf,
  isForeach,
  outermost,
  type Reading,
  scopeOf,
  signal,
  type World,
  worldOf,
  worldsOf,
} from './reference-world.ts';
import { type Act, answerOf, itemsOf, type Script } from './script.ts';

export interface Expected {
  readonly steps: ReadonlyMap<string, ExpectedStep>;
  readonly outputs: Readonly<Record<string, Value>>;
  /** True when some visit fails for good with nothing to take it, or never settles. */
  readonly cannotComplete: boolean;
  /** How many visits run. */
  readonly visits: number;
}

/**
 * A second, plain reading of docs/semantics.md, to check the engine against: no time, no counters,
 * no queue. It works off the nodes in an order in which each comes after its sources, in every
 * world that its region has, and looks everything up again each time. Slow on purpose.
 */
export function referenceOf(
  spec: FlowSpec,
  script: Script,
  fixed: Readonly<Record<string, Value>>,
): Expected {
  const flow = { spec, script, fixed, edges: edgesOf(spec), places: scopesOf(spec) };
  const root = worldOf({ flow, path: '' });
  for (const { act, node } of inOrder(flow)) {
    for (const world of worldsOf(root, scopeOf(flow, node))) {
      if (act === 'start') start(node, world);
      else endForeach(node, world);
    }
  }
  return summaryOf(root);
}

function start(node: string, world: World): void {
  const ended = endingBefore(node, world);
  if (world.isClosed || ended !== undefined || !isWanted(node, world)) {
    end(world, { node, path: world.path, status: 'skipped', attempts: 0, ended });
    return;
  }
  run(node, world);
}

function endingBefore(node: string, world: World): Ended | undefined {
  if (world.isClosed) return world.parent?.steps.get(world.opener ?? '')?.ended;
  const signals = incomingOf(world.flow, node).map((edge) => signal(edge, world));
  return outermost(signals.filter((each) => typeof each !== 'string'));
}

function isWanted(node: string, world: World): boolean {
  return (['control', 'data'] as const).every((kind) => {
    const edges = incomingOf(world.flow, node).filter((edge) => edge.kind === kind);
    return edges.length === 0 || edges.some((edge) => signal(edge, world) === 'live');
  });
}

function run(node: string, world: World): void {
  const { spec, script } = world.flow;
  const { retry, timeoutMs } = nodeOf(spec, node);
  const { path } = world;
  for (let attempts = 1; ; attempts += 1) {
    const act = script.act(node, path, attempts);
    if (act.does === 'succeed') {
      succeed(node, world, { act, attempts });
      return;
    }
    if (act.does === 'never-settle' && timeoutMs === undefined) {
      const ended = { reason: 'failed', depth: 0 } as const;
      end(world, { node, path, status: 'never', attempts, ended });
      return;
    }
    const isFinal = act.does === 'fail-for-good' || act.does === 'throw-a-string';
    if (!isFinal && attempts < (retry?.attempts ?? 1)) continue;
    fail(node, world, { attempts, ...errorOf(node, act, timeoutMs) });
    return;
  }
}

interface Success {
  readonly act: Act;
  readonly attempts: number;
}

function succeed(node: string, world: World, { act, attempts }: Success): void {
  const { path } = world;
  const { kind } = nodeOf(world.flow.spec, node);
  const input = inputOf(node, world);
  const value = answerOf({ node, path, input, names: namesOf(node, world, input) });
  if (kind === 'split' || kind === 'foreach') {
    open(node, world, { attempts, items: itemsOf(act, value) });
    return;
  }
  const step = { node, path, status: 'completed', attempts, value } as const;
  const port = act.port ?? 'default';
  if (kind === 'filter' && world.depth > 0 && act.drop) {
    world.dropped = true;
    const ended = { reason: 'dropped', depth: world.depth } as const;
    end(world, { ...step, port, dropped: true, ended });
  } else end(world, { ...step, port });
}

function errorOf(node: string, { does }: Act, timeoutMs: number | undefined) {
  if (does === 'outlast-its-timeout' || does === 'never-settle') {
    const errorMessage = `node ${node} took longer than its timeout of ${timeoutMs} ms`;
    return { errorCode: 'NODE_TIMEOUT', errorMessage };
  }
  if (does !== 'throw-a-string') {
    return { errorCode: 'NODE_FAILED', errorMessage: `${node} was told to fail` };
  }
  const errorMessage = `node ${node} failed in a way that its type does not foresee`;
  return { errorCode: 'INTERNAL', errorMessage };
}

type Failure = Pick<ExpectedStep, 'attempts' | 'errorCode' | 'errorMessage' | 'items'>;

function fail(node: string, world: World, failure: Failure): void {
  const base = { node, path: world.path, status: 'failed', ...failure } as const;
  if (hasErrorEdge(world.flow, node)) {
    end(world, { ...base, port: 'error' });
    return;
  }
  const item = shelterOf(node, world);
  const ended = { reason: 'failed', depth: item?.depth ?? 0 } as const;
  if (item !== undefined) item.failed ??= { ...base, ended };
  end(world, { ...base, ended });
}

function hasErrorEdge(flow: Reading, node: string): boolean {
  return flow.edges.some((edge) => edge.from === node && edge.port === 'error');
}

/** The item of the innermost foreach, where that foreach or one around it takes failures. */
function shelterOf(node: string, world: World): World | undefined {
  const { flow } = world;
  const takes = (each: string) =>
    isForeach(flow, each) &&
    (nodeOf(flow.spec, each).onError === 'continue' || hasErrorEdge(flow, each));
  if (!scopeOf(flow, node).some(takes)) return undefined;
  let item: World | undefined = world;
  while (item?.opener !== undefined && !isForeach(flow, item.opener)) item = item.parent;
  return item;
}

function end(world: World, step: ExpectedStep): void {
  world.steps.set(step.node, step);
  const { kind } = nodeOf(world.flow.spec, step.node);
  if ((kind !== 'split' && kind !== 'foreach') || world.regions.has(step.node)) return;
  const place = { opener: step.node, depth: world.depth + 1, path: world.path, parent: world };
  const closed = worldOf({ flow: world.flow, ...place, isClosed: true });
  world.regions.set(step.node, { isOpen: false, worlds: [closed] });
}

interface Opening {
  readonly attempts: number;
  readonly items: readonly Value[];
}

function open(node: string, world: World, { attempts, items }: Opening): void {
  const { flow } = world;
  const worlds = items.map((item, index) => {
    const path = world.path === '' ? `${index}` : `${world.path}/${index}`;
    const place = { depth: world.depth + 1, path, index, count: items.length };
    return worldOf({ flow, opener: node, ...place, item, parent: world });
  });
  world.regions.set(node, { isOpen: true, worlds });
  const done = { attempts, port: 'default', value: items, items: items.length } as const;
  world.steps.set(node, { node, path: world.path, status: 'completed', ...done });
}

function endForeach(node: string, world: World): void {
  const region = world.regions.get(node);
  const step = world.steps.get(node);
  if (region?.isOpen !== true || step === undefined) return;
  const own = nodeOf(world.flow.spec, node);
  const { worlds } = region;
  const isFailing = own.onError !== 'continue';
  const firstFailed = worlds.findIndex((each) => each.failed !== undefined);
  if (isFailing && own.parallel === false && firstFailed >= 0) worlds.splice(firstFailed + 1);
  if (worlds.some(hasStopped)) {
    const ended = { reason: 'failed', depth: 0 } as const;
    world.steps.set(node, { ...step, status: 'never', ended });
    return;
  }
  const failed = worlds[firstFailed]?.failed;
  if (isFailing && failed !== undefined) {
    const { errorCode, errorMessage } = failed;
    const { attempts } = step;
    fail(node, world, { attempts, errorCode, errorMessage, items: worlds.length });
    return;
  }
  const collect = own.collect ?? own.members?.at(-1) ?? '';
  const isItem = collect === (own.itemName ?? 'item');
  const value = collectFrom(worlds, (each) => (isItem ? each.item : valueFrom(each, collect)));
  world.steps.set(node, { ...step, value, items: worlds.length });
}

/** True where something inside ends the whole execution. */
function hasStopped(world: World): boolean {
  if ([...world.steps.values()].some((step) => step.ended?.depth === 0)) return true;
  return [...world.regions.values()].some((region) => region.worlds.some(hasStopped));
}

function summaryOf(root: World): Expected {
  const steps = new Map<string, ExpectedStep>();
  const add = (world: World): void => {
    for (const step of world.steps.values()) steps.set(`${step.node} ${step.path}`, step);
    for (const region of world.regions.values()) region.worlds.forEach(add);
  };
  add(root);
  const all = [...steps.values()];
  const outputs = Object.entries(root.flow.spec.outputs ?? {});
  return {
    steps,
    outputs: Object.fromEntries(
      outputs.map(([name, node]) => [name, valueFrom(root, node) ?? null]),
    ),
    cannotComplete: all.some((step) => step.ended?.depth === 0),
    visits: all.filter((step) => step.status !== 'skipped').length,
  };
}

interface Event {
  readonly act: 'start' | 'end';
  readonly node: string;
}

/** Starts of all nodes and ends of foreachs, each after what it waits for. */
function inOrder(flow: Reading): readonly Event[] {
  const events = Object.keys(flow.spec.nodes).flatMap((node): readonly Event[] => {
    const begins = { act: 'start', node } as const;
    return isForeach(flow, node) ? [begins, { act: 'end', node }] : [begins];
  });
  const done = new Set<string>();
  const order: Event[] = [];
  while (order.length < events.length) {
    const next = events.find(
      (event) => !done.has(nameOf(event)) && before(flow, event).every((each) => done.has(each)),
    );
    if (next === undefined) throw new Error('the flow cannot be put in order');
    done.add(nameOf(next));
    order.push(next);
  }
  return order;
}

function before(flow: Reading, { act, node }: Event): readonly string[] {
  const endOf = (each: string) =>
    nameOf({ act: isForeach(flow, each) ? 'end' : 'start', node: each });
  if (act === 'end') {
    const inside = Object.keys(flow.spec.nodes).filter((each) =>
      scopeOf(flow, each).includes(node),
    );
    return [nameOf({ act: 'start', node }), ...inside.map(endOf)];
  }
  const around = scopeOf(flow, node);
  const outside = incomingOf(flow, node).filter(({ from }: Edge) => !around.includes(from));
  const openers = around.map((each) => nameOf({ act: 'start', node: each }));
  return [...outside.map(({ from }) => endOf(from)), ...openers];
}

function nameOf({ act, node }: Event): string {
  return `${act} ${node}`;
}
