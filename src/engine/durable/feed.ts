import {
  type AccountId,
  type Clock,
  type ExecutionId,
  SERVER_LIMITS,
  STORE_LIMITS,
} from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Log } from '../../log/index.ts';
import type { JournalEntry, Store } from '../../store/index.ts';
import { Channel } from './channel.ts';
import type { ExecutionFeed } from './dispatcher.ts';
import { repeat } from './repeat.ts';

export interface FeedOptions {
  readonly store: Pick<Store, 'account'>;
  readonly clock: Clock;
  readonly log: Log;
  /** True while this process advances the execution: then it publishes what becomes durable. */
  readonly isHere: (account: AccountId, execution: ExecutionId) => boolean;
}

interface FollowOptions {
  readonly after: number;
  readonly signal: AbortSignal;
}

/**
 * Followers of executions of any process. There is a channel for each execution that is followed,
 * and none for others: an execution that nobody follows costs one look-up a write.
 *
 * Executions that run here tell their channel. All others are asked about together, one question
 * for each account, while somebody follows them.
 */
export class Feed implements ExecutionFeed {
  readonly #options: FeedOptions;
  /** By account and execution: an id of another account leads nowhere. */
  readonly #channels = new Map<string, Channel>();
  readonly #closing = new AbortController();
  #polling: AbortController | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Entries of an execution that runs here, which are durable. */
  publish(
    { account, execution }: { readonly account: AccountId; readonly execution: ExecutionId },
    entries: readonly JournalEntry[],
    isEnd: boolean,
  ): void {
    if (this.#channels.size === 0) return;
    this.#channels.get(keyOf(account, execution))?.publish(entries, isEnd);
  }

  follow(
    account: AccountId,
    execution: ExecutionId,
    options: FollowOptions,
  ): AsyncIterable<readonly JournalEntry[]> {
    return { [Symbol.asyncIterator]: () => this.#follow(account, execution, options) };
  }

  /** Ends all who follow. */
  close(): void {
    this.#closing.abort();
    this.#polling?.abort();
    for (const channel of this.#channels.values()) channel.wake();
  }

  async *#follow(
    account: AccountId,
    execution: ExecutionId,
    { after, signal: own }: FollowOptions,
  ): AsyncGenerator<readonly JournalEntry[]> {
    const signal = AbortSignal.any([own, this.#closing.signal]);
    const channel = await this.#enter(account, execution);
    try {
      let at = after;
      while (!signal.aborted) {
        if (at < channel.last) {
          const entries = await channel.after(at);
          const last = entries.at(-1)?.sequence;
          if (signal.aborted) return;
          if (last === undefined) await this.#pause(signal);
          else {
            at = last;
            yield entries;
          }
        } else if (channel.isOver) return;
        else await channel.changed(signal);
      }
    } finally {
      this.#leave(channel);
    }
  }

  /** The store that reads may lag behind the one that wrote. */
  async #pause(signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(SERVER_LIMITS.followPollMs, signal).catch(() => {
      // The follower sees its signal.
    });
  }

  /**
   * A channel comes before the question how far the journal goes: what becomes durable in between
   * is told to it.
   */
  async #enter(account: AccountId, execution: ExecutionId): Promise<Channel> {
    const { store, isHere } = this.#options;
    const { executions } = store.account(account);
    const key = keyOf(account, execution);
    const known = this.#channels.get(key);
    const channel =
      known ??
      new Channel(account, execution, (at) =>
        executions.entries(execution, at, STORE_LIMITS.entriesAPage),
      );
    if (known === undefined) this.#channels.set(key, channel);
    channel.followers += 1;
    try {
      await channel.learn(async () => {
        const progress = (await executions.progress([execution])).get(execution);
        if (progress !== undefined) channel.advance(progress.lastSequence, isOver(progress.status));
        else if (!isHere(account, execution)) throw notFound(execution);
      });
    } catch (error) {
      this.#leave(channel);
      throw error;
    }
    this.#poll();
    return channel;
  }

  #leave(channel: Channel): void {
    channel.followers -= 1;
    if (channel.followers > 0) return;
    this.#channels.delete(keyOf(channel.account, channel.execution));
    if (this.#channels.size > 0) return;
    this.#polling?.abort();
    this.#polling = undefined;
  }

  #poll(): void {
    if (this.#polling !== undefined || this.#closing.signal.aborted) return;
    this.#polling = new AbortController();
    const { clock } = this.#options;
    const ms = SERVER_LIMITS.followPollMs;
    repeat({ clock, ms, signal: this.#polling.signal }, () => this.#ask());
  }

  async #ask(): Promise<void> {
    const asked = new Map<AccountId, Channel[]>();
    for (const channel of this.#channels.values()) {
      const { account, execution, isOver: hasEnded } = channel;
      if (hasEnded || this.#options.isHere(account, execution)) continue;
      const channels = asked.get(account) ?? [];
      asked.set(account, channels);
      channels.push(channel);
    }
    await Promise.all([...asked].map(([account, channels]) => this.#askFor(account, channels)));
  }

  async #askFor(account: AccountId, channels: readonly Channel[]): Promise<void> {
    try {
      const ids = channels.map(({ execution }) => execution);
      const progress = await this.#options.store.account(account).executions.progress(ids);
      for (const channel of channels) {
        const now = progress.get(channel.execution);
        if (now !== undefined) channel.advance(now.lastSequence, isOver(now.status));
      }
    } catch (error) {
      this.#options.log.debug('followed executions could not be asked about', { error });
    }
  }
}

function keyOf(account: AccountId, execution: ExecutionId): string {
  return `${account} ${execution}`;
}

function isOver(status: string): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

function notFound(execution: ExecutionId): AppError {
  return new AppError('EXECUTION_NOT_FOUND', { message: `there is no execution ${execution}` });
}
