import { expect } from 'vitest';
import { type ExecutionId, type Random, seededRandom, type Value } from '../../src/base/index.ts';
import type { NodeContext, NodeInput, NodeResult, StepRecord } from '../../src/contract/index.ts';
import type { StartedExecution, VisitNames } from '../../src/engine/index.ts';
import type { Plan, PlanNode } from '../../src/language/index.ts';
import { type FlowSpec, planOf } from '../engine/plan-of.ts';
import { randomFlow } from '../engine/random-flow.ts';
import { type Expected, referenceOf } from '../engine/reference.ts';
import { type Script, scriptOf, spawnOf } from '../engine/script.ts';
import { type VirtualClock, virtualClock } from '../engine/virtual-clock.ts';
import { ModelStore } from './model-store.ts';
import {
  ACCOUNT,
  executionId,
  type Fault,
  FLOW,
  ModelProcess,
  startOf,
  until,
} from './processes.ts';

const CALLS = ['crash before', 'crash after', 'refuse', 'lose answer'] as const;
const TERMINAL = ['completed', 'failed', 'cancelled'];

/** What one seed decides. */
interface Circumstances {
  /** Of a hundred calls of the store, how many go wrong. */
  readonly faultPercent: number;
  /** Faults in all; then the world is well. Below what parks an execution. */
  readonly faultsMax: number;
  readonly executions: number;
  readonly slots: number;
  readonly isSlow: boolean;
  readonly cancelAtMs: number | undefined;
}

/** What became of one seed. */
export interface Survived {
  readonly statuses: readonly string[];
  readonly crashes: number;
  readonly takeovers: number;
  readonly waits: number;
}

/**
 * Executions of one random flow on two processes that die, stand still and lose answers at random,
 * each replaced by another; throws, naming the seed, when anything is lost, repeated or changed.
 */
export async function survive(seed: number): Promise<Survived> {
  return new Simulation(seed).run();
}

class Simulation {
  readonly #seed: number;
  readonly #random: Random;
  readonly #clock: VirtualClock = virtualClock();
  readonly #store = new ModelStore(this.#clock);
  readonly #flow: FlowSpec;
  readonly #script: Script;
  readonly #circumstances: Circumstances;
  readonly #processes: ModelProcess[] = [];
  /** Executions that somebody was told are accepted. */
  readonly #accepted = new Set<ExecutionId>();
  readonly #started = new Set<ExecutionId>();
  readonly #followed: Promise<void>[] = [];
  #faultsLeft: number;
  #crashes = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.#flow = withoutTimeouts(randomFlow(this.#random));
    this.#circumstances = drawn(this.#random);
    this.#faultsLeft = this.#circumstances.faultsMax;
    this.#script = scriptFor(this.#flow, seed, this.#chance(50) ? 0 : 10);
  }

  async run(): Promise<Survived> {
    const { executions, cancelAtMs } = this.#circumstances;
    this.#open();
    this.#open();
    for (let count = 0; count < executions; count += 1) this.#begin(`e${count}`);
    if (cancelAtMs !== undefined) {
      this.#clock.sleep(cancelAtMs).then(() => this.#cancelAll());
    }
    const isOver = (id: ExecutionId) => {
      const row = this.#store.rows.get(id);
      return row === undefined ? !this.#accepted.has(id) : TERMINAL.includes(row.status);
    };
    const what = `seed ${this.#seed}`;
    let quietSince = this.#clock.now();
    const isDone = () => {
      this.#replaceDead();
      if (![...this.#started].every(isOver)) quietSince = this.#clock.now();
      return this.#started.size === executions && this.#clock.now() - quietSince > 20_000;
    };
    await until(this.#clock, isDone, 100_000).catch((error: unknown) => {
      const rows = [...this.#store.rows.values()].map(({ id, status, owner }) => [
        id,
        status,
        owner,
      ]);
      throw new Error(`${what}: ${error} ${JSON.stringify(rows)}`);
    });
    await this.#clock.runUntil(Promise.all(this.#followed));
    expect(this.#store.faults, what).toEqual([]);
    return this.#check(what);
  }

  #check(what: string): Survived {
    const rows = [...this.#store.rows.values()];
    for (const id of this.#accepted)
      expect(this.#store.rows.has(id), `${what} keeps ${id}`).toBe(true);
    let takeovers = 0;
    let waits = 0;
    for (const row of rows) {
      const events = this.#store.events(row.id);
      const ends = events.filter(({ kind }) => kind === 'execution.ended');
      expect(ends.length, `${what}: one end of ${row.id}`).toBe(1);
      expect(events.at(-1)?.kind, what).toBe('execution.ended');
      takeovers += events.filter((e) => e.kind === 'execution.resumed').length;
      waits += events.filter((e) => e.kind === 'step.waiting').length;
      const steps = events.flatMap((event) => (event.kind === 'step.ended' ? [event.step] : []));
      const ended = ends[0];
      const code = ended?.kind === 'execution.ended' ? ended.error?.code : undefined;
      this.#checkSteps({ id: row.id, status: row.status, steps, outputs: row.outputs, code });
    }
    const statuses = rows.map(({ status }) => status);
    return { statuses, crashes: this.#crashes, takeovers, waits };
  }

  #checkSteps(end: {
    readonly id: ExecutionId;
    readonly status: string;
    readonly steps: readonly StepRecord[];
    readonly outputs: unknown;
    readonly code: string | undefined;
  }): void {
    const what = `seed ${this.#seed} ${end.id}`;
    const expected = this.#expected(end.id);
    for (const step of end.steps) {
      const reference = expected.steps.get(`${step.node} ${step.path}`);
      expect(reference, `${what}: ${step.node} at '${step.path}' is due`).toBeDefined();
      if (step.status === 'cancelled') continue;
      const { status, attempts, port, value, items, dropped } = reference ?? {};
      const plain = { status, attempts, port, value, items, dropped };
      expect(JSON.stringify(factsOf(step)), `${what} ${step.error?.message}`).toBe(
        JSON.stringify(plain),
      );
    }
    if (end.status === 'failed') {
      // A node may fail so; we may not.
      const isOfNode = end.steps.some(({ error }) => error?.code === end.code);
      expect(isOfNode, `${what} fails ${end.code} by a step`).toBe(true);
      expect(expected.cannotComplete, `${what} fails ${end.code}`).toBe(true);
    }
    if (end.status === 'cancelled') {
      expect(this.#circumstances.cancelAtMs, what).toBeDefined();
    }
    if (end.status !== 'completed') return;
    expect(expected.cannotComplete, `${what} completes`).toBe(false);
    expect(end.steps.length, what).toBe(expected.steps.size);
    const { json } = end.outputs as { readonly json: string };
    expect(JSON.parse(json), what).toEqual(expected.outputs);
  }

  #expected(id: ExecutionId): Expected {
    const fixed = { inputs: {}, execution_id: id, workflow_id: 'test-flow' };
    return referenceOf(this.#flow, this.#script, fixed);
  }

  #open(): void {
    const name = `p${this.#processes.length}`;
    const process: ModelProcess = new ModelProcess({
      clock: this.#clock,
      store: this.#store,
      name,
      slots: this.#circumstances.slots,
      plans: new Map([[FLOW, this.#planFor(() => process)]]),
      newId: () => this.#nextId,
      fault: (call) => this.#fault(call, process),
      latencyMs: () => (this.#circumstances.isSlow ? this.#below(30) : undefined),
    });
    this.#processes.push(process);
    process.open().catch(() => process.crash());
  }

  #nextId = '';

  #fault(call: string, process: ModelProcess): Fault {
    if (this.#faultsLeft === 0 || !this.#chance(this.#circumstances.faultPercent)) return undefined;
    this.#faultsLeft -= 1;
    if (this.#chance(15)) {
      process.freeze();
      this.#clock.sleep(this.#below(12_000)).then(() => process.thaw());
      return undefined;
    }
    // A question that was answered is as good as one that was not asked.
    const fault = CALLS[this.#below(CALLS.length)] ?? 'crash after';
    return call === 'put' || call === 'blob' ? undefined : fault;
  }

  /** A process that died is replaced some time later. */
  #replaceDead(): void {
    const dead = this.#processes.filter(({ isDead }) => isDead).length;
    for (; this.#crashes < dead; this.#crashes += 1) {
      this.#clock.sleep(this.#below(8_000)).then(() => this.#open());
    }
  }

  /** Starts on any process that lives; where that dies or refuses, nobody was told anything. */
  #begin(name: string): void {
    const id = executionId(name);
    const begin = async () => {
      await this.#clock.sleep(this.#below(300));
      const alive = this.#processes.filter((each) => !each.isDead && each.dispatcher !== undefined);
      const dispatcher = alive[this.#below(alive.length)]?.dispatcher;
      this.#started.add(id);
      if (dispatcher === undefined) return;
      this.#nextId = name;
      const started = await dispatcher.start(startOf());
      await this.#accept(started);
    };
    begin().catch(() => {
      // It was refused, and is not accepted.
    });
  }

  async #accept(started: StartedExecution): Promise<void> {
    if (this.#chance(50)) await started.accepted();
    else await started.ended(new AbortController().signal);
    this.#accepted.add(started.id);
    if (this.#chance(50)) this.#followed.push(this.#follow(started.id));
  }

  /** A follower whose process dies goes on at another, from the last entry that it saw. */
  async #follow(id: ExecutionId): Promise<void> {
    let after = 0;
    let isOver = false;
    while (!isOver) {
      const alive = this.#processes.filter((each) => !each.isDead && each.dispatcher !== undefined);
      const process = alive[this.#below(alive.length)];
      const over = new AbortController();
      const follow = async () => {
        const feed = process?.dispatcher?.feed;
        if (feed === undefined) return;
        for await (const entries of feed.follow(ACCOUNT, id, { after, signal: over.signal })) {
          if (over.signal.aborted) return;
          for (const { sequence, text } of entries) {
            expect(sequence, `seed ${this.#seed}: entries in order`).toBe(after + 1);
            after = sequence;
            if (text.includes('"kind":"execution.ended"')) isOver = true;
          }
        }
      };
      const patienceMs = this.#chance(50) ? 3_000 : 30_000;
      await Promise.race([follow().catch(() => {}), this.#clock.sleep(patienceMs)]);
      over.abort();
      if (!isOver) await this.#clock.sleep(500);
    }
    expect(after, `seed ${this.#seed}: all entries`).toBe(this.#store.row(id).entries.length);
  }

  #cancelAll(): void {
    for (const { id } of this.#store.rows.values()) this.#store.cancel(id);
  }

  /** The plan as one process runs it: what a dead process does is not done. */
  #planFor(process: () => ModelProcess): Plan {
    const plan = planOf(this.#flow);
    const random = seededRandom(this.#seed * 3 + 1);
    const nodes = plan.nodes.map((node): PlanNode => {
      const isEffect = random.next() < 0.4;
      const mayWait = !isEffect && node.type.role === 'step';
      const waits = mayWait && random.next() < 0.3;
      const run = (context: NodeContext, _config: never, input: NodeInput) =>
        this.#runNode({ node, context, input, process: process(), isEffect, waits });
      return { ...node, type: { ...node.type, effect: isEffect ? 'write' : 'pure', run } };
    });
    return { ...plan, nodes, node: new Map(nodes.map((node) => [node.name, node])) };
  }

  async #runNode(run: {
    readonly node: PlanNode;
    readonly context: NodeContext;
    readonly input: NodeInput;
    readonly process: ModelProcess;
    readonly isEffect: boolean;
    readonly waits: boolean;
  }): Promise<NodeResult> {
    const { node, context, input, process, isEffect, waits } = run;
    const { path, attempt, idempotencyKey, signal } = context;
    const id = executionId(idempotencyKey.split('/')[0] ?? '');
    // Before it may stand still: no process can know that it will, between its last look at the
    // lease and the effect. The effect that is late by that has its key.
    if (isEffect && !process.isDead) this.#checkEffect(id, node, context);
    await process.alive();
    const values = context.names();
    const names: VisitNames = {
      get: (name) => values[name],
      all: () => Object.keys(values).sort(),
    };
    const log = () => {};
    const report = () => {};
    const visit = {
      executionId: id,
      node,
      path,
      attempt,
      idempotencyKey,
      input,
      names,
      signal,
      log,
      report,
    };
    const clock = { ...this.#clock, sleep: (ms: number) => context.sleep(ms) };
    const result = await spawnOf(this.#script, clock)(visit);
    await process.alive();
    return waits && attempt % 2 === 1
      ? { ...result, notBefore: context.now() + 500 + this.#below(6_000) }
      : result;
  }

  /** What the effect builds on must be in the store, under the one who begins it. */
  #checkEffect(id: ExecutionId, node: PlanNode, context: NodeContext): void {
    const what = `seed ${this.#seed}: effect ${node.name} of ${id}`;
    const { path, attempt } = context;
    const events = this.#store.events(id);
    const began = events.some(
      (event) =>
        event.kind === 'step.started' &&
        event.node === node.name &&
        event.path === path &&
        event.attempt === attempt,
    );
    if (!began) this.#store.faults.push(`${what} begins before its start is durable`);
    const ended = new Set(
      events.flatMap((e) => (e.kind === 'step.ended' ? [`${e.step.node} ${e.step.path}`] : [])),
    );
    if (ended.has(`${node.name} ${path}`)) this.#store.faults.push(`${what} is recorded already`);
    for (const { from } of node.incoming) {
      const isNear = this.#flow.nodes[from] !== undefined && path === '';
      const isOutside = planScope(node) === 0;
      if (isNear && isOutside && sourceScope(this.#flow, from) && !ended.has(`${from} `)) {
        this.#store.faults.push(`${what} begins before ${from} is durable`);
      }
    }
    if (context.idempotencyKey !== `${id}/${node.name}/${path}`) {
      this.#store.faults.push(`${what} has another key`);
    }
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #chance(percent: number): boolean {
    return this.#random.next() * 100 < percent;
  }
}

function planScope(node: PlanNode): number {
  return node.scope.length;
}

/** True for nodes outside all regions, whose path is always ''. */
function sourceScope(flow: FlowSpec, name: string): boolean {
  return planOf(flow).node.get(name)?.scope.length === 0;
}

/** While a process stands still visits time out, rightly: there would be nothing to compare. */
function withoutTimeouts(flow: FlowSpec): FlowSpec {
  const nodes = Object.entries(flow.nodes).map(([name, { timeoutMs: _, ...node }]) => [name, node]);
  return { ...flow, nodes: Object.fromEntries(nodes) };
}

function factsOf(step: StepRecord): Readonly<Record<string, Value | undefined>> {
  const { status, attempts, port, value, items, dropped } = step;
  return { status, attempts, port, value, items, dropped };
}

function drawn(random: Random): Circumstances {
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(random.next() * values.length)] ?? values[0];
  return {
    faultPercent: pick([0, 1, 5, 20]),
    faultsMax: pick([1, 2, 4]),
    executions: pick([1, 2, 4]),
    slots: pick([1, 2, 8]),
    isSlow: random.next() < 0.5,
    cancelAtMs: random.next() < 0.1 ? Math.floor(random.next() * 8_000) : undefined,
  };
}

function scriptFor(flow: FlowSpec, seed: number, failPercent: number): Script {
  const routes = new Map<string, readonly string[]>();
  for (const [name, node] of Object.entries(flow.nodes)) {
    if (node.routes !== undefined) routes.set(name, node.routes);
  }
  const script = scriptOf({ seed, failPercent, timeoutMs: new Map(), routes });
  return {
    act: (node, path, attempt) => {
      const act = script.act(node, path, attempt);
      // A visit without an end would end by the limit of an hour, which tells nothing new.
      return act.does === 'never-settle' ? { ...act, does: 'fail-for-good' } : act;
    },
  };
}
