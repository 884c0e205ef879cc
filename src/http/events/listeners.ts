import { ownerOf, type Principal } from '../../auth/index.ts';
import { every } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { House } from './house.ts';
import { openWatch, type Watched } from './watch.ts';

/** One connection that follows executions. */
export interface Listener extends Watched {
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
  readonly #stopWatching: () => void;
  #places = 0;
  readonly #owners = new Map<string, number>();
  #isClosing = false;

  constructor(house: House) {
    this.#house = house;
    this.#stopBeating = every(house.limits.heartbeatMs, () => {
      for (const listener of this.#all) listener.beat();
    });
    this.#stopWatching = openWatch(house, () => [...this.#all]);
  }

  /** Places taken. */
  get size(): number {
    return this.#places;
  }

  /**
   * Takes a place until the returned function is called (again is harmless). Nobody has all of
   * them: an owner has a share, and only keys of the settings have more. Errors:
   * TOO_MANY_LISTENERS; STORE_UNAVAILABLE while the server stops.
   */
  takePlace(principal: Principal): () => void {
    if (this.#isClosing) {
      const remedy = 'Connect again in a moment.';
      throw new AppError('STORE_UNAVAILABLE', { message: 'the server is stopping', remedy });
    }
    const { listeners, listenersAnOwner } = this.#house.limits;
    if (this.#places >= listeners) {
      const message = `${listeners} listeners follow executions, which is as many as may`;
      throw new AppError('TOO_MANY_LISTENERS', { message });
    }
    const owner = `${principal.account} ${ownerOf(principal)}`;
    const own = this.#owners.get(owner) ?? 0;
    if (own >= listenersAnOwner && principal.kind !== 'operator') {
      const message = `you follow ${own} executions at once, which is as many as one may`;
      throw new AppError('TOO_MANY_LISTENERS', { message, remedy: 'Close some of them first.' });
    }
    this.#places += 1;
    this.#owners.set(owner, own + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#places -= 1;
      const left = (this.#owners.get(owner) ?? 1) - 1;
      if (left > 0) this.#owners.set(owner, left);
      else this.#owners.delete(owner);
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
    this.#stopWatching();
    await Promise.all([...this.#all].map((listener) => listener.close()));
  }
}
