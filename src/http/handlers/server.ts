import { type Clock, SERVER_LIMITS } from '../../base/index.ts';
import { asAppError } from '../../errors/index.ts';
import type { Store, StoreHealth } from '../../store/index.ts';
import type { Handlers, Reply } from '../call.ts';
import { isoTime } from './flow-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import { postureInTime } from './posture.ts';

type ServerHandlers = Pick<Handlers, 'health' | 'healthLive' | 'healthReady' | 'healthDetailed'>;

/** The server about itself. */
export function serverHandlers(options: HandlerOptions): ServerHandlers {
  const { store, dispatcher, clock } = options;
  const startedAt = clock.now();
  const check = sharedCheck(store, clock);
  return {
    health: async () => healthReply((await check()).health !== undefined),
    healthLive: async () => healthReply(true),
    healthReady: async () => {
      const isDatabaseUp = (await check()).health !== undefined;
      return healthReply(isDatabaseUp && !dispatcher.status().isStopping);
    },
    healthDetailed: async () => {
      const [{ health, code }, sandbox] = await Promise.all([check(), postureInTime(options)]);
      const body = {
        status: health === undefined ? 'failing' : 'ok',
        version: options.version,
        startedAt: isoTime(startedAt),
        uptimeMs: clock.now() - startedAt,
        database: health ?? { error: code },
        dispatcher: dispatcher.status(),
        listeners: options.listeners(),
        sandbox,
      };
      return { status: 200, text: JSON.stringify(body), headers: NOT_STORED };
    },
  };
}

const NOT_STORED = { 'cache-control': 'no-store' } as const;

function healthReply(isWell: boolean): Reply {
  const text = isWell ? '{"status":"ok"}' : '{"status":"failing"}';
  return { status: isWell ? 200 : 503, text, headers: NOT_STORED };
}

interface Checked {
  readonly health?: StoreHealth;
  readonly code?: string;
}

/**
 * Anyone may ask for the health, so all who ask within SERVER_LIMITS.healthMs share one question to
 * the database.
 */
function sharedCheck(store: Pick<Store, 'check'>, clock: Clock): () => Promise<Checked> {
  let shared: Promise<Checked> | undefined;
  let goodUntil = 0;
  return () => {
    if (shared !== undefined && clock.now() < goodUntil) return shared;
    goodUntil = clock.now() + SERVER_LIMITS.healthMs;
    shared = store.check().then(
      (health) => ({ health }),
      // The answer says that it fails; why is in the log of the store.
      (thrown: unknown) => ({ code: asAppError(thrown).code }),
    );
    return shared;
  };
}
