import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { ErrorReport } from '../../errors/index.ts';
import type { House } from './house.ts';
import { stalled } from './response-outlet.ts';

/** Codes of RFC 6455 (7.4) and its registry, as far as we give them. */
export const CLOSE = {
  done: 1000,
  goingAway: 1001,
  refused: 1008,
  tryAgain: 1013,
} as const;

/**
 * With what a socket closes for an error: 1008 where it is of no use to try again (claims G2.120,
 * G2.121).
 */
export function closingOf(error: ErrorReport['code']): readonly [code: number, reason: string] {
  switch (error) {
    case 'EXECUTION_NOT_FOUND':
      return [CLOSE.refused, 'Execution not found'];
    case 'FORBIDDEN':
      return [CLOSE.refused, 'Forbidden'];
    case 'UNAUTHENTICATED':
    case 'SESSION_OVER':
    case 'ADDRESS_REFUSED':
      return [CLOSE.refused, 'Unauthorized'];
    default:
      return [CLOSE.tryAgain, 'Try again later'];
  }
}

/** A WebSocket and the connection that it was made of. */
export interface OpenSocket {
  readonly socket: WebSocket;
  readonly raw: Duplex;
}

/**
 * Sends on a WebSocket no faster than it is read. All who send on one socket share its room: about
 * `listenerWriteBytes` and one message wait in it. A reader that takes nothing for `stalledMs` is
 * closed with 1013.
 */
export class SocketOutlet {
  readonly #socket: WebSocket;
  /** The connection under the socket, so that many messages can be one write. */
  readonly #raw: Pick<Duplex, 'cork' | 'uncork'>;
  readonly #house: Pick<House, 'clock' | 'limits'>;
  #lastSent: Promise<unknown> = Promise.resolve();
  /** Counts what the peer took, so that the heartbeat sees that it lives. */
  #taken = 0;

  constructor({ socket, raw }: OpenSocket, house: Pick<House, 'clock' | 'limits'>) {
    this.#socket = socket;
    this.#raw = raw;
    this.#house = house;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * Sends each item as the message that `textOf` makes of it when there is room. Resolves when all
   * are on their way; false when the socket or the signal ended before.
   */
  async send<T>(
    items: readonly T[],
    textOf: (item: T) => string,
    signal: AbortSignal,
  ): Promise<boolean> {
    let sent = 0;
    while (sent < items.length) {
      while (this.#isFull) if (!(await this.#hasRoom())) return false;
      if (signal.aborted || this.#socket.readyState !== this.#socket.OPEN) return false;
      this.#raw.cork();
      do {
        // Within the list by the loop's conditions.
        this.#push(textOf(items[sent] as T));
        sent += 1;
      } while (sent < items.length && !this.#isFull);
      this.#raw.uncork();
    }
    return true;
  }

  /**
   * Sends an answer to what the peer said, at once. A peer that asks and does not read is closed
   * when `bufferedBytes` wait for it.
   */
  answer(message: Readonly<Record<string, unknown>>): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.isOverfull) this.close(CLOSE.tryAgain, 'Too slow');
    else this.#push(JSON.stringify(message));
  }

  get #isFull(): boolean {
    return this.#socket.bufferedAmount >= this.#house.limits.listenerWriteBytes;
  }

  get isOverfull(): boolean {
    return this.#socket.bufferedAmount > this.#house.limits.bufferedBytes;
  }

  /** Says why, and cuts the connection when the peer does not say goodbye in time. */
  close(code: number, reason: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    const alarm = new AbortController();
    socket.once('close', () => alarm.abort());
    socket.close(code, reason);
    const { clock, limits } = this.#house;
    clock.sleep(limits.listenerCloseMs, alarm.signal).then(
      () => socket.terminate(),
      // It closed by itself.
      () => {},
    );
  }

  #push(text: string): void {
    this.#lastSent = new Promise((resolve) => {
      this.#socket.send(text, () => {
        this.#taken += 1;
        resolve(undefined);
      });
    });
  }

  /** Waits until what was sent last was taken; false when it was not in time. */
  async #hasRoom(): Promise<boolean> {
    const alarm = new AbortController();
    const { clock, limits } = this.#house;
    const late = stalled(clock, limits.stalledMs, alarm.signal);
    const isLate = await Promise.race([this.#lastSent.then(() => false), late]);
    alarm.abort();
    if (isLate) this.close(CLOSE.tryAgain, 'Too slow');
    return !isLate && this.#socket.readyState === this.#socket.OPEN;
  }
}
