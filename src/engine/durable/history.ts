import { assert, type ExecutionId, STORE_LIMITS } from '../../base/index.ts';
import type { StepRecord, StepWait } from '../../contract/index.ts';
import type { AccountStore, BlobStore, JournalEntry } from '../../store/index.ts';
import { stepKey } from '../memory-journal.ts';
import { bodyOf, eventOf, withValue } from './entries.ts';

/** What a journal says about the segments before this one. */
export interface History {
  /** With their values, in the order in which they were written. */
  readonly steps: readonly StepRecord[];
  /** Visits that have their result and wait. */
  readonly waits: readonly StepWait[];
  /** Nodes whose visits had begun and not ended: what a process that died was doing. */
  readonly underWay: readonly string[];
  /** Takeovers since the last step. */
  readonly takeovers: number;
}

/** What an execution that never ran has behind it. */
export const NO_HISTORY: History = Object.freeze({
  steps: Object.freeze([]),
  waits: Object.freeze([]),
  underWay: Object.freeze([]),
  takeovers: 0,
});

/** Steps of another execution that a retry takes over. */
export interface Reused {
  /** With their values. */
  readonly steps: readonly StepRecord[];
  /** Of their entries, in the same order. */
  readonly bodies: readonly string[];
}

/** Steps taken over, with their values and as entries. Errors: BLOB_NOT_FOUND. */
export async function reusedFrom(steps: readonly StepRecord[], blobs: BlobStore): Promise<Reused> {
  const bodies: string[] = [];
  const loaded: StepRecord[] = [];
  for (const step of steps) {
    bodies.push(await bodyOf({ kind: 'step.ended', step }, blobs));
    loaded.push(await withValue(step, blobs));
  }
  return { steps: loaded, bodies };
}

/** Reads a whole journal, up to the entry `last`. Errors: BLOB_NOT_FOUND, STORE_UNAVAILABLE. */
export async function readHistory(
  store: AccountStore,
  id: ExecutionId,
  last: number,
): Promise<History> {
  const reading = new Reading();
  for (let at = 0; at < last; ) {
    const entries = await store.executions.entries(id, at, STORE_LIMITS.entriesAPage);
    assert(entries[0]?.sequence === at + 1, `the journal of ${id} has entry ${at + 1}`);
    for (const entry of entries) reading.take(entry);
    at = entries.at(-1)?.sequence ?? last;
  }
  const { steps, waits, underWay, takeovers } = reading;
  const load = <S extends StepRecord | StepWait>(kept: S) => withValue(kept, store.blobs);
  return {
    steps: await Promise.all([...steps.values()].map(load)),
    waits: await Promise.all([...waits.values()].map(load)),
    underWay: [...new Set(underWay.values())],
    takeovers,
  };
}

class Reading {
  readonly steps = new Map<string, StepRecord>();
  readonly waits = new Map<string, StepWait>();
  readonly underWay = new Map<string, string>();
  takeovers = 0;

  take(entry: JournalEntry): void {
    const event = eventOf(entry);
    if (event.kind === 'step.started') this.underWay.set(stepKey(event), event.node);
    else if (event.kind === 'step.ended') this.#ended(event.step);
    else if (event.kind === 'step.waiting') this.#waits(event.wait);
    else if (event.kind === 'execution.resumed' && event.reason === 'takeover') this.takeovers += 1;
  }

  #ended(step: StepRecord): void {
    const key = stepKey(step);
    this.steps.set(key, step);
    this.waits.delete(key);
    this.underWay.delete(key);
    this.takeovers = 0;
  }

  /** A large value is put away before its wait is noted, so the end may come first. */
  #waits(wait: StepWait): void {
    const key = stepKey(wait);
    this.underWay.delete(key);
    this.takeovers = 0;
    if (!this.steps.has(key)) this.waits.set(key, wait);
  }
}
