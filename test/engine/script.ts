import { type Random, seededRandom, seedFromText, type Value } from '../../src/base/index.ts';
import type { NodeInput, NodeResult } from '../../src/contract/index.ts';
import type { Spawn, Visit } from '../../src/engine/index.ts';
import { AppError } from '../../src/errors/index.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What one attempt at one visit does: the same each time it is asked, in any order. */
export interface Act {
  readonly does:
    | 'succeed'
    | 'fail'
    | 'fail-for-good'
    | 'throw-a-string'
    | 'throw-at-once'
    | 'outlast-its-timeout'
    | 'never-settle';
  /** Waits this long first; undefined means not at all, 0 for one turn of the clock. */
  readonly delayMs: number | undefined;
  /** When told to stop, rejects at once; otherwise goes on as if nothing was said. */
  readonly heedsSignal: boolean;
  readonly port: string | undefined;
  readonly items: number;
  readonly drop: boolean;
  /** What a step or an aggregate gives may be seen so much later; undefined means at once. */
  readonly waitMs: number | undefined;
}

export interface Script {
  act(node: string, path: string, attempt: number): Act;
}

export interface ScriptOptions {
  readonly seed: number;
  /** How many attempts of a hundred go wrong. */
  readonly failPercent: number;
  readonly timeoutMs: ReadonlyMap<string, number>;
  readonly routes: ReadonlyMap<string, readonly string[]>;
}

export function scriptOf({ seed, failPercent, timeoutMs, routes }: ScriptOptions): Script {
  return {
    act: (node, path, attempt) => {
      const random = seededRandom(seedFromText(`${seed} ${node} ${path} ${attempt}`));
      const visit = seededRandom(seedFromText(`${seed} ${node} ${path}`));
      const goesWrong = random.next() * 100 < failPercent;
      const wrong = ['fail', 'fail', 'fail-for-good', 'throw-a-string', 'throw-at-once'] as const;
      const slow = timeoutMs.has(node) ? 'outlast-its-timeout' : 'fail';
      const ways = [...wrong, slow, slow, random.next() < 0.1 ? 'never-settle' : 'fail'] as const;
      const does = goesWrong
        ? (ways[Math.floor(random.next() * ways.length)] ?? 'fail')
        : 'succeed';
      const ports = routes.get(node) ?? [];
      return {
        does,
        delayMs: random.next() < 0.4 ? undefined : Math.floor(random.next() * 40),
        heedsSignal: random.next() < 0.7,
        port: ports[Math.floor(visit.next() * ports.length)],
        items: Math.floor(visit.next() * 4),
        drop: visit.next() < 0.3,
        waitMs: waitOf(visit, timeoutMs.has(node)),
      };
    },
  };
}

/** A node with a timeout waits no longer than that allows. */
function waitOf(random: Random, isBounded: boolean): number | undefined {
  const waits = isBounded ? [0, 5, 100] : [0, 5, 100, 2_000, 60_000];
  return random.next() < 0.7 ? undefined : waits[Math.floor(random.next() * waits.length)];
}

export interface Seen {
  readonly node: string;
  readonly path: string;
  readonly input: NodeInput;
  readonly names: readonly (readonly [string, Value])[];
}

/** A value that depends on all that the visit saw, so that one wrong value is seen downstream. */
export function answerOf({ node, path, input, names }: Seen): string {
  const seen = JSON.stringify([input, names]);
  return `${node}@${path}:${seedFromText(seen).toString(36)}`;
}

export function itemsOf(act: Act, answer: string): readonly Value[] {
  return Array.from({ length: act.items }, (_, index) => `${answer}#${index}`);
}

/** Plays the script. `timeoutMs` of a node lies between its usual delays and its slow ones. */
export function spawnOf(script: Script, clock: VirtualClock): Spawn {
  return (visit) => {
    const act = script.act(visit.node.name, visit.path, visit.attempt);
    if (act.does === 'throw-at-once') throw failure(visit, true);
    return perform(act, visit, clock);
  };
}

async function perform(act: Act, visit: Visit, clock: VirtualClock): Promise<NodeResult> {
  const signal = act.heedsSignal ? visit.signal : undefined;
  if (act.delayMs !== undefined) await clock.sleep(act.delayMs, signal);
  switch (act.does) {
    case 'never-settle':
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    case 'outlast-its-timeout':
      await clock.sleep(500, signal);
      return { value: 'too late' };
    case 'throw-a-string':
      throw 'not an error';
    case 'succeed':
      return { ...resultOf(act, visit), ...waiting(act, visit, clock) };
    default:
      throw failure(visit, act.does === 'fail');
  }
}

function resultOf(act: Act, visit: Visit): NodeResult {
  const names = visit.names.all().map((name) => [name, visit.names.get(name) ?? null] as const);
  const value = answerOf({ node: visit.node.name, path: visit.path, input: visit.input, names });
  if (visit.node.opens !== undefined) {
    const items = itemsOf(act, value);
    return { value: items, items };
  }
  return {
    value,
    ...(act.port === undefined ? {} : { port: act.port }),
    ...(visit.node.type.role === 'filter' ? { drop: act.drop } : {}),
  };
}

function waiting({ waitMs }: Act, { node }: Visit, clock: VirtualClock) {
  const mayWait = node.type.role === 'step' || node.type.role === 'aggregate';
  return mayWait && waitMs !== undefined ? { notBefore: clock.now() + waitMs } : {};
}

export function failure(visit: { readonly node: { readonly name: string } }, retryable: boolean) {
  return new AppError('NODE_FAILED', { message: `${visit.node.name} was told to fail`, retryable });
}
