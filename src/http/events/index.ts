import type { RegisterEvents } from '../pipeline.ts';
import { type EventsOptions, houseOf } from './house.ts';
import { Listeners } from './listeners.ts';
import { takeUpgrades } from './sockets.ts';
import { streamEvents } from './stream.ts';

/**
 * The event routes: server-sent events and WebSockets that follow executions. Everything that they
 * send is pulled from the feed as fast as the listener reads; nothing gathers for a slow one.
 */
export function openEvents(options: EventsOptions): RegisterEvents {
  return (server, pipeline) => {
    const house = houseOf(options);
    const listeners = new Listeners(house);
    pipeline.stream((call) => streamEvents(house, listeners, call));
    const close = takeUpgrades(server.server, { house, listeners, pipeline });
    return { listeners: () => listeners.size, close };
  };
}

export type { EventsOptions, ListenerLimits } from './house.ts';
