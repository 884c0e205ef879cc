import type { Clock, Random } from '../base/index.ts';
import type { LogLine, NodeInput, NodeResult, StepEvent, StepRecord } from '../contract/index.ts';
import type { Names, PlanNode } from '../language/index.ts';

/**
 * Where steps are kept. The engine appends a record when a visit is over and reads them once,
 * before it starts. The memory implementation is in memory-journal.ts; PostgreSQL follows.
 */
export interface Journal {
  /**
   * The steps of an execution that are already recorded, in the order in which they were written.
   */
  load(executionId: string): Promise<readonly StepRecord[]>;
  /** Keeps one step; a second record for the same (node, path) is refused by an error. */
  append(executionId: string, step: StepRecord): Promise<void>;
}

/** One attempt at one visit, ready to run. */
export interface Visit {
  readonly executionId: string;
  readonly node: PlanNode;
  readonly path: string;
  /** From 1. */
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly input: NodeInput;
  /** What templates and references of the visit see. */
  readonly names: VisitNames;
  readonly signal: AbortSignal;
  log(line: LogLine): void;
  /** What the step keeps of the use of a capability; ignored once the attempt is over. */
  report(event: StepEvent): void;
}

/** What is the same for all attempts at a visit. */
export type VisitBase = Omit<Visit, 'attempt' | 'signal' | 'log' | 'report'>;

export interface VisitNames extends Names {
  /** Every name that has a value, sorted; for nodes that hand the whole scope to code. */
  all(): readonly string[];
}

/** Runs one attempt: renders the config, hands over capabilities, calls the node type's `run`. */
export type Spawn = (visit: Visit) => Promise<NodeResult>;

export interface EnginePorts {
  readonly clock: Clock;
  /** For jitter; nodes get a stream of their own, seeded by the visit. */
  readonly random: Random;
  readonly journal: Journal;
  readonly spawn: Spawn;
  /**
   * What has to be there before an attempt may begin; undefined where nothing is waited for. Its
   * time does not count as the attempt's. What it rejects with ends the attempt.
   */
  readonly ready?: (visit: Visit) => Promise<void> | undefined;
}
