import type { AccountId, ExecutionId, FlowId, ProcessId, ValueMap } from '../../src/base/index.ts';
import type { Capabilities } from '../../src/contract/index.ts';
import { type Dispatcher, openDispatcher } from '../../src/engine/durable/index.ts';
import type { ExecutionLimits, StartRequest } from '../../src/engine/index.ts';
import { AppError } from '../../src/errors/index.ts';
import type { Plan } from '../../src/language/index.ts';
import type { Log } from '../../src/log/index.ts';
import { microtasks, type VirtualClock } from '../engine/virtual-clock.ts';
import type { Gate, ModelStore } from './model-store.ts';

export const ACCOUNT = 'account-1' as AccountId;
export const FLOW = 'flow-1' as FlowId;

const NEVER = new Promise<never>(() => {});

/** What may go wrong with one call of the store; asked before each. */
export type Fault = 'crash before' | 'crash after' | 'refuse' | 'lose answer' | undefined;

export interface ProcessOptions {
  readonly clock: VirtualClock;
  readonly store: ModelStore;
  readonly name: string;
  readonly plans: ReadonlyMap<FlowId, Plan>;
  readonly newId: () => string;
  readonly slots?: number;
  readonly capabilities?: Partial<Capabilities>;
  readonly limits?: Partial<ExecutionLimits>;
  readonly log?: Log;
  readonly fault?: (call: string) => Fault;
  readonly latencyMs?: () => number | undefined;
}

/** A process of the model: it can die or stand still between any two calls of the store. */
export class ModelProcess {
  readonly name: ProcessId;
  readonly #options: ProcessOptions;
  #isDead = false;
  #thaw: Promise<void> | undefined;
  #go: () => void = () => {};
  dispatcher: Dispatcher | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.name = options.name as ProcessId;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  async open(): Promise<Dispatcher> {
    const { clock, store, plans, newId, slots = 8, capabilities = {}, limits = {} } = this.#options;
    this.dispatcher = await openDispatcher({
      store: store.handle(this.#gate),
      plans: {
        get: async (_account, flow) => {
          const plan = plans.get(flow);
          if (plan === undefined) throw new AppError('FLOW_INVALID', { message: 'no such plan' });
          return plan;
        },
      },
      clock: { now: () => clock.now(), sleep: (ms, signal) => this.#sleep(ms, signal) },
      monotonicMs: () => clock.now(),
      newId,
      process: this.name,
      kind: 'server',
      slots,
      limits,
      capabilities: () => capabilities,
      log: this.#options.log ?? SILENT,
    });
    return this.dispatcher;
  }

  /** As kill -9: nothing it does or waits for goes on. */
  crash(): void {
    this.#isDead = true;
  }

  /** As SIGSTOP. */
  freeze(): void {
    this.#thaw ??= new Promise((resolve) => {
      this.#go = resolve;
    });
  }

  /** As SIGCONT. */
  thaw(): void {
    this.#go();
    this.#thaw = undefined;
  }

  /** What the process does from outside its own clock and store passes here too. */
  async alive(): Promise<void> {
    if (this.#thaw !== undefined) await this.#thaw;
    if (this.#isDead) await NEVER;
  }

  async #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.alive();
    try {
      await this.#options.clock.sleep(ms, signal);
    } finally {
      await this.alive();
    }
  }

  readonly #gate: Gate = async (call, work) => {
    await this.alive();
    const { fault, latencyMs, clock } = this.#options;
    const wrong = fault?.(call);
    if (wrong === 'crash before') this.crash();
    if (wrong === 'refuse') throw unavailable();
    await this.alive();
    const ms = latencyMs?.();
    if (ms !== undefined) await clock.sleep(ms);
    await this.alive();
    try {
      const answer = work();
      if (wrong === 'crash after') this.crash();
      if (wrong === 'lose answer') throw unavailable();
      return answer;
    } finally {
      await this.alive();
    }
  };
}

export function startOf(inputs: ValueMap = {}, more: Partial<StartRequest> = {}): StartRequest {
  return {
    account: ACCOUNT,
    flow: { id: FLOW, name: 'test-flow', version: 1 },
    inputs,
    by: 'key:test',
    audit: {
      at: 0,
      actor: 'key:test',
      action: 'execution.start',
      targetKind: 'execution',
      targetId: '',
      outcome: 'done',
    },
    ...more,
  };
}

/** Steps the clock until the condition holds; throws after too many steps. */
export async function until(
  clock: VirtualClock,
  condition: () => boolean,
  stepsMax = 50_000,
): Promise<void> {
  await microtasks();
  for (let steps = 0; !condition(); steps += 1) {
    if (steps === stepsMax) throw new Error('it does not come to pass');
    if (!clock.step()) throw new Error('nothing sleeps, and it has not come to pass');
    await microtasks();
  }
}

export function idsOf(...names: string[]): () => string {
  const left = [...names];
  let count = 0;
  return () => {
    count += 1;
    return left.shift() ?? `more-${count}`;
  };
}

export const executionId = (name: string): ExecutionId => name as ExecutionId;

const SILENT: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  with: () => SILENT,
};

function unavailable(): AppError {
  return new AppError('STORE_UNAVAILABLE', { message: 'the model does not answer' });
}
