import { expect, it } from 'vitest';
import { type ProcessId, systemClock } from '../../src/base/index.ts';
import { uuidv7 } from '../../src/crypto/index.ts';
import { openDispatcher, openPlans } from '../../src/engine/durable/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { type StoreWorld, storeWorld } from '../store/open-test-store.ts';
import { memoryLog } from '../support/server.ts';

/** A dispatcher on a store that is away while `thrown` gives something. */
async function dispatcherOver(world: StoreWorld, thrown: () => Error | undefined) {
  const { log, logged } = memoryLog();
  const { store } = world;
  const through = <T>(act: () => Promise<T>): Promise<T> => {
    const why = thrown();
    return why === undefined ? act() : Promise.reject(why);
  };
  const { dispatch } = store;
  const dispatcher = await openDispatcher({
    store: {
      ...store,
      dispatch: {
        ...dispatch,
        renewLease: (...given) => through(() => dispatch.renewLease(...given)),
        claim: (request) => through(() => dispatch.claim(request)),
        unheld: (...given) => through(() => dispatch.unheld(...given)),
      },
    },
    plans: openPlans(store, () => ({ plan: undefined, problems: [] })),
    clock: systemClock,
    monotonicMs: () => performance.now(),
    newId: () => uuidv7(Date.now()),
    process: 'p1' as ProcessId,
    kind: 'server',
    slots: 1,
    capabilities: () => ({}),
    limits: {},
    log,
  });
  const told = () => logged.filter(({ level }) => level !== 'debug');
  return { told, close: () => dispatcher.close() };
}

it('an outage is one calm line at its begin and one at its end', async () => {
  const world = await storeWorld();
  let isAway = false;
  let asked = 0;
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432');
  const dispatcher = await dispatcherOver(world, () => {
    if (!isAway) return undefined;
    asked += 1;
    return new AppError('STORE_UNAVAILABLE', { message: 'away', cause });
  });
  try {
    isAway = true;
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(4);
    isAway = false;
    await expect.poll(() => dispatcher.told().length, { timeout: 20_000 }).toBeGreaterThan(1);
    const [begin, end, ...more] = dispatcher
      .told()
      // The lease may have ended meanwhile, which is another matter.
      .filter(({ message }) => !message.startsWith('the lease had ended'));
    expect(begin).toEqual({
      level: 'warn',
      message: 'the database does not answer',
      fields: { reason: cause.message },
    });
    expect(end).toEqual({ level: 'info', message: 'the database answers again', fields: {} });
    expect(more).toEqual([]);
  } finally {
    await dispatcher.close();
    await world.close();
  }
});
