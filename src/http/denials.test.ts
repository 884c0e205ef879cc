import { expect, it } from 'vitest';
import { type Clock, SERVER_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import type { AuditEntry, Store } from '../store/index.ts';
import { denialRecorder } from './denials.ts';

function recorder(append: (entry: AuditEntry) => Promise<void>) {
  const time = { now: 0 };
  const warnings: string[] = [];
  const log = { warn: (message: string) => warnings.push(message) } as unknown as Log;
  const clock = { now: () => time.now } as Clock;
  const store = { account: () => ({ audit: { append } }) } as unknown as Store;
  const record = denialRecorder({ store, clock, log });
  const error = new AppError('UNAUTHENTICATED', { message: 'the request has no key' });
  const caller = { requestId: 'r', address: '192.0.2.1' };
  const deny = () => record({ caller, principal: undefined, route: 'whoAmI', error });
  return { deny, time, warnings };
}

it('keeps only so many rows a minute, and counts the rest in the next', () => {
  const rows: AuditEntry[] = [];
  const { deny, time } = recorder(async (entry) => {
    rows.push(entry);
  });
  for (let count = 0; count < 10_000; count += 1) deny();
  expect(rows).toHaveLength(SERVER_LIMITS.deniedAuditsAMinute);
  time.now = 60_000;
  deny();
  expect(rows.at(-1)).toMatchObject({
    action: 'auth.denied',
    outcome: 'denied',
    address: '192.0.2.1',
    details: { omitted: 10_000 - SERVER_LIMITS.deniedAuditsAMinute },
  });
  deny();
  expect(rows.at(-1)?.details).toEqual({ code: 'UNAUTHENTICATED' });
});

it('fails nobody when the row cannot be kept', async () => {
  const { deny, warnings } = recorder(() => Promise.reject(new Error('no database')));
  deny();
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual(['a denial was not recorded']);
});
