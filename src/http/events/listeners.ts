import { every } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { House } from './house.ts';

/** One connection that follows executions. */
export interface Listener {
  /** A heartbeat is due. */
  beat(): void;
  /** Says goodbye and ends; what does not end in time is cut by the listener itself. */
  close(): Promise<void>;
}

/**
 * All who listen to one server. A place is one execution that one connection follows, or one socket
 * that follows none; SERVER_LIMITS.listeners bounds them together, because each costs memory.
 */
export class Listeners {
  readonly #house: House;
  readonly #all = new Set<Listener>();
  readonly #stopBeating: () => void;
  #places = 0;
  #isClosing = false;

  constructor(house: House) {
    this.#house = house;
    this.#stopBeating = every(house.limits.heartbeatMs, () => {
      for (const listener of this.#all) listener.beat();
    });
  }

  /** Places taken. */
  get size(): number {
    return this.#places;
  }

  /**
   * Takes a place until the returned function is called (again is harmless). Errors:
   * TOO_MANY_LISTENERS; STORE_UNAVAILABLE while the server stops.
   */
  takePlace(): () => void {
    if (this.#isClosing) {
      const remedy = 'Connect again in a moment.';
      throw new AppError('STORE_UNAVAILABLE', { message: 'the server is stopping', remedy });
    }
    const { listeners } = this.#house.limits;
    if (this.#places >= listeners) {
      const message = `${listeners} listeners follow executions, which is as many as may`;
      throw new AppError('TOO_MANY_LISTENERS', { message });
    }
    this.#places += 1;
    let isTaken = true;
    return () => {
      if (isTaken) this.#places -= 1;
      isTaken = false;
    };
  }

  /** Gives heartbeats and the end to a listener until the returned function is called. */
  add(listener: Listener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  /** Ends all listeners, and takes no new one. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#stopBeating();
    await Promise.all([...this.#all].map((listener) => listener.close()));
  }
}
