import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/index.ts';
import type { House } from './house.ts';

/**
 * Writes to a response no faster than it is read: one piece of at most `listenerWriteBytes` waits
 * in the socket, and the next is not made before that was taken. A reader that takes none for
 * `stalledMs` is cut.
 */
export class ResponseOutlet {
  readonly #response: ServerResponse;
  readonly #house: Pick<House, 'clock' | 'limits'>;
  #isWriting = false;

  constructor(response: ServerResponse, house: Pick<House, 'clock' | 'limits'>) {
    this.#response = response;
    this.#house = house;
    // A connection that breaks is told by `close`; there is nobody left to tell the error.
    response.on('error', () => {});
  }

  /** True while nothing waits to be taken and no text is half written. */
  get isIdle(): boolean {
    return !this.#isWriting && !this.#response.writableNeedDrain && !this.#response.destroyed;
  }

  /** Resolves when there is room for more; false when the listener has gone or was cut. */
  async write(text: string): Promise<boolean> {
    this.#isWriting = true;
    try {
      for (const piece of piecesOf(text, this.#house.limits.listenerWriteBytes)) {
        if (this.#response.destroyed) return false;
        if (!this.#response.write(piece) && !(await this.#drained())) return false;
      }
      return !this.#response.destroyed;
    } finally {
      this.#isWriting = false;
    }
  }

  #drained(): Promise<boolean> {
    const response = this.#response;
    const { clock, limits } = this.#house;
    const alarm = new AbortController();
    return new Promise((resolve) => {
      const settle = (isDrained: boolean) => {
        response.off('drain', onDrain);
        response.off('close', onClose);
        alarm.abort();
        resolve(isDrained);
      };
      const onDrain = () => settle(true);
      const onClose = () => settle(false);
      response.once('drain', onDrain);
      response.once('close', onClose);
      if (response.destroyed) settle(false);
      stalled(clock, limits.stalledMs, alarm.signal).then((isStalled) => {
        // `close` follows and settles.
        if (isStalled) response.destroy();
      });
    });
  }
}

/**
 * True when a listener has taken nothing for so long; false when the signal aborted before. The
 * second, short wait is for a process that was held up itself: it hears what was taken meanwhile
 * before it blames the listener.
 */
export async function stalled(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    await clock.sleep(ms / 10, signal);
    return true;
  } catch {
    // Aborted: it was taken, or the listener has gone.
    return false;
  }
}

/** By bytes, so that no character is divided into two writes of text. */
function* piecesOf(text: string, bytesMax: number): Generator<string | Uint8Array> {
  if (text.length <= bytesMax / 3) {
    yield text;
    return;
  }
  const bytes = Buffer.from(text, 'utf8');
  for (let from = 0; from < bytes.byteLength; from += bytesMax) {
    yield bytes.subarray(from, from + bytesMax);
  }
}
