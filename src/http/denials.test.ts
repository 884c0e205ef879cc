import { describe, expect, it } from 'vitest';
import { AUDIT_LIMITS } from '../base/index.ts';
import { AppError, type ErrorCode } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import type { AuditEntry, Store } from '../store/index.ts';
import { denialRecorder } from './denials.ts';
import type { Judged } from './judged.ts';

function recorder(appendAll: (entries: readonly AuditEntry[]) => Promise<void>) {
  const warnings: string[] = [];
  const log = { warn: (message: string) => warnings.push(message), debug: () => {} };
  const accounts: string[] = [];
  const account = (id: string) => {
    accounts.push(id);
    return { audit: { appendAll } };
  };
  const { record, close } = denialRecorder({
    store: { account } as unknown as Store,
    clock: { now: () => 5 },
    log: log as unknown as Log,
  });
  const caller = { requestId: 'r', address: '192.0.2.1', agent: '', arrivedAt: 5 };
  const deny = (code: ErrorCode = 'UNAUTHENTICATED', more: Partial<Judged> = {}) =>
    record({
      judged: { caller, note: () => {}, ...more },
      route: 'whoAmI',
      error: new AppError(code, { message: 'no' }),
    });
  return { deny, close, warnings, accounts };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('refusals', () => {
  it('leave one record each, and those of one moment share a statement', async () => {
    const groups: (readonly AuditEntry[])[] = [];
    const { deny, close } = recorder(async (entries) => {
      groups.push(entries);
    });
    for (let count = 0; count < 1_200; count += 1) deny();
    await close();
    expect(groups.map(({ length }) => length)).toEqual([500, 500, 200]);
    expect(groups[0]?.[0]).toEqual({
      at: 5,
      actor: 'nobody',
      action: 'auth.denied',
      targetKind: 'route',
      targetId: 'whoAmI',
      outcome: 'denied',
      requestId: 'r',
      address: '192.0.2.1',
      details: { code: 'UNAUTHENTICATED' },
    });
  });

  it('that come while others are written are not forgotten', async () => {
    const rows: AuditEntry[] = [];
    const { deny, close } = recorder(async (entries) => {
      await turn();
      rows.push(...entries);
    });
    for (let count = 0; count < 20; count += 1) {
      deny();
      if (count % 3 === 0) await turn();
    }
    await close();
    expect(rows).toHaveLength(20);
  });

  it('belong to the account that they are about', async () => {
    const { deny, close, accounts } = recorder(async () => {});
    deny('UNAUTHENTICATED', { attempt: { account: 'acme' as never, reason: 'revoked' } });
    deny('FORBIDDEN', { principal: { id: 'key:1', account: 'other' } as never });
    deny();
    await close();
    expect(accounts).toEqual(['acme', 'other', 'default']);
  });

  it.each<ErrorCode>(['FLOW_NOT_FOUND', 'BODY_INVALID', 'INTERNAL', 'SIGN_IN_REFUSED'])(
    'are not what %s is',
    async (code) => {
      const rows: AuditEntry[] = [];
      const { deny, close } = recorder(async (entries) => {
        rows.push(...entries);
      });
      deny(code);
      await close();
      expect(rows).toEqual([]);
    },
  );

  it('are bounded while the database does not write, and the rest is counted', async () => {
    const rows: AuditEntry[] = [];
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { deny, close } = recorder(async (entries) => {
      await gate;
      rows.push(...entries);
    });
    for (let count = 0; count < AUDIT_LIMITS.denialsWaiting + 7; count += 1) deny();
    go();
    await turn();
    await turn();
    deny();
    await close();
    expect(rows).toHaveLength(AUDIT_LIMITS.denialsWaiting + 1);
    expect(rows.at(-1)?.details).toEqual({ code: 'UNAUTHENTICATED', omitted: 7 });
  });

  it('fail nobody when they cannot be kept', async () => {
    const { deny, close, warnings } = recorder(() => Promise.reject(new Error('no such account')));
    deny();
    await close();
    expect(warnings).toEqual(['denials were not recorded']);
  });
});
