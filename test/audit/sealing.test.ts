import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealKeys } from '../../src/audit/index.ts';
import type { Store } from '../../src/store/index.ts';
import { A, auditOf, B } from '../store/open-test-store.ts';
import { auditOver, pastTriggers, type StoreWorld, storeWorld } from './audit-world.ts';
import { mutationsOf } from './mutations.ts';

/** Another number of mutations on PostgreSQL: AUDIT_MUTATIONS_STORED=5000. */
const MUTATIONS = Number(process.env.AUDIT_MUTATIONS_STORED ?? 260);
const HOSTILE = 'a\u0000b\u001d\ufffe\ud800"\\\r\n\u2028\u001b[2J';

let world: StoreWorld;
beforeAll(async () => {
  world = await storeWorld();
});
afterAll(() => world.close());

const write = (store: Store, account: typeof A, count: number) =>
  store.account(account).audit.appendAll(
    Array.from({ length: count }, (_, index) =>
      auditOf('flow.create', {
        at: 1_700_000_000_000 + (index % 50),
        targetId: `${HOSTILE} ${index}`,
        details: { [HOSTILE]: HOSTILE, index },
      }),
    ),
  );

/** What the server sees of kill -9: connections that end, in the middle of what they do. */
async function killSealers(): Promise<number> {
  const ended = await world.sql(`SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
  return ended.length;
}

describe('sealing', () => {
  it('leaves one chain whoever seals, and however often they are killed', async () => {
    const stores = [await world.another(), await world.another(), await world.another()];
    const audits = stores.map((store) => auditOver(store));
    let killed = 0;
    for (let round = 0; round < 8; round += 1) {
      for (let part = 0; part < 3; part += 1) await write(world.store, A, 700);
      const sealed = Promise.allSettled(audits.map((audit) => audit.sealNow()));
      for (let tries = 0; round % 2 === 0 && tries < 10; tries += 1) killed += await killSealers();
      await sealed;
    }
    expect(killed).toBeGreaterThan(0);
    for (const audit of audits) await audit.sealNow();
    const [rows] = await world.sql<{ count: number; last: number; batches: number }>(
      `SELECT count(*)::integer AS count, max(sequence) AS last,
        (SELECT count(*)::integer FROM sluice.audit_checkpoints WHERE account_id = 'a') AS batches
      FROM sluice.audit_events WHERE account_id = 'a'`,
    );
    expect(rows).toMatchObject({ count: 16_800, last: 16_800 });
    expect(await audits[0]?.verify(A)).toMatchObject({
      isIntact: true,
      checked: 16_800,
      unsealed: 0,
      lastSequence: 16_800,
      checkpoints: rows?.batches,
    });
    for (const audit of audits) await audit.close();
  });

  it('goes on with a new ENCRYPTION_KEY, and needs the old one for what it sealed', async () => {
    const another = sealKeys({
      current: new Uint8Array(32).fill(9),
      previous: [new Uint8Array(32).fill(7)],
    });
    const old = auditOver(world.store);
    await write(world.store, B, 3);
    await old.sealNow();
    await old.close();
    const both = auditOver(world.store, { keys: another });
    await write(world.store, B, 2);
    await both.sealNow();
    expect(await both.verify(B)).toMatchObject({ isIntact: true, checked: 5 });
    await both.close();
    const alone = auditOver(world.store, {
      keys: sealKeys({ current: new Uint8Array(32).fill(9), previous: [] }),
    });
    const { firstBad } = await alone.verify(B);
    expect(firstBad).toMatchObject({ sequence: 1, why: expect.stringContaining('previous') });
    await alone.close();
  });
});

describe('the database', () => {
  it.each([
    "UPDATE sluice.audit_events SET actor = 'x'",
    'UPDATE sluice.audit_events SET sequence = NULL, mac = NULL, key_id = NULL',
    "UPDATE sluice.audit_events SET mac = 'x'",
    'UPDATE sluice.audit_events SET sequence = sequence + 100000',
    'DELETE FROM sluice.audit_events',
    'TRUNCATE sluice.audit_events CASCADE',
    'UPDATE sluice.audit_checkpoints SET at = at + 1',
    'DELETE FROM sluice.audit_checkpoints',
    'TRUNCATE sluice.audit_checkpoints',
  ])('refuses %s', async (statement) => {
    await expect(world.sql(statement)).rejects.toThrow('never change');
  });

  it('lets an unsealed row get its seal and nothing else', async () => {
    await world.store.account(B).audit.append(auditOf('x.unsealed'));
    const of = "WHERE action = 'x.unsealed'";
    for (const change of ["actor = 'x'", "sequence = 99, mac = 'm', key_id = 'k', actor = 'x'"]) {
      await expect(world.sql(`UPDATE sluice.audit_events SET ${change} ${of}`)).rejects.toThrow(
        'never change',
      );
    }
    await expect(world.sql(`DELETE FROM sluice.audit_events ${of}`)).rejects.toThrow('never');
    await expect(world.sql(`UPDATE sluice.audit_events SET sequence = 99 ${of}`)).rejects.toThrow(
      'sealed_whole',
    );
  });
});

describe('tables that somebody got at', () => {
  it(`are found out in ${MUTATIONS} ways, by their first bad row`, async () => {
    await pastTriggers(
      world,
      'DELETE FROM sluice.audit_events; DELETE FROM sluice.audit_checkpoints',
    );
    const audit = auditOver(world.store);
    for (const count of [1, 9, 4, 17]) {
      await write(world.store, B, count);
      await audit.sealNow();
    }
    const { seals } = world.store;
    const tables = {
      rows: [...(await seals.sealed(B, 0, 100))],
      checkpoints: [...(await seals.checkpoints(B, 0, 100))],
    };
    const mutation = mutationsOf(tables, 3);
    let refused = 0;
    for (let index = 0; index < MUTATIONS; index += 1) {
      const { name, first, tables: changed } = mutation(index);
      try {
        await replaceTables(changed);
      } catch {
        // The database does not take it: two rows of one place, U+0000.
        refused += 1;
        continue;
      }
      const { isIntact, firstBad } = await audit.verify(B);
      expect({ name, isIntact, found: firstBad?.sequence }).toEqual({
        name,
        isIntact: false,
        found: first,
      });
    }
    expect(refused).toBeLessThan(MUTATIONS / 5);
    await replaceTables(tables);
    expect(await audit.verify(B)).toMatchObject({ isIntact: true, checked: 31 });
    await audit.close();
  });

  it('keep their gap when the chain goes on', async () => {
    const audit = auditOver(world.store);
    await pastTriggers(
      world,
      "DELETE FROM sluice.audit_events WHERE account_id = 'b' AND sequence > 28",
    );
    await write(world.store, B, 5);
    await audit.sealNow();
    expect((await audit.verify(B)).firstBad).toEqual({
      sequence: 29,
      why: 'rows 29 to 31 are missing',
    });
    await audit.close();
  });
});

async function replaceTables({ rows, checkpoints }: Parameters<typeof mutationsOf>[0]) {
  await pastTriggers(
    world,
    `BEGIN;
    DELETE FROM sluice.audit_events WHERE account_id = 'b';
    DELETE FROM sluice.audit_checkpoints WHERE account_id = 'b';
    INSERT INTO sluice.audit_events (account_id, id, at, actor, action, target_kind, target_id,
      outcome, request_id, address, details, sequence, mac, key_id)
    SELECT 'b', id, at, actor, action, "targetKind", "targetId", outcome, "requestId", address,
      details, sequence, mac, "keyId"
    FROM json_to_recordset(${quoted(rows)}) AS r (id uuid, at bigint, actor text, action text,
      "targetKind" text, "targetId" text, outcome text, "requestId" text, address text,
      details text, sequence integer, mac text, "keyId" text);
    INSERT INTO sluice.audit_checkpoints (account_id, sequence, kind, mac, at, key_id, signature)
    SELECT 'b', sequence, kind, mac, at, "keyId", signature
    FROM json_to_recordset(${quoted(checkpoints)}) AS c (sequence integer, kind text, mac text,
      at bigint, "keyId" text, signature text);
    COMMIT`,
  ).catch(async (error: unknown) => {
    await world.sql('ROLLBACK').catch(() => undefined);
    throw error;
  });
}

function quoted(rows: readonly object[]): string {
  return `'${JSON.stringify(rows).replaceAll("'", "''")}'`;
}
