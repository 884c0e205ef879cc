import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_ACCOUNT } from '../../src/auth/index.ts';
import {
  type AccountId,
  type ExecutionId,
  type FlowId,
  type ProcessId,
  systemClock,
} from '../../src/base/index.ts';
import { uuidv7 } from '../../src/crypto/index.ts';
import { type Dispatcher, type MayRun, openDispatcher, openPlans } from '../../src/engine/index.ts';
import { mayRunOf, openQueuedWatch, sweepQueued } from '../../src/http/rights/index.ts';
import { compile } from '../../src/language/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { signedIn } from '../auth-flows/people.ts';
import { HELLO } from '../support/flows.ts';
import { asker, type TestPerson, testPerson } from '../support/people.ts';
import { memoryLog, type TestServer, testServer } from '../support/server.ts';

/** Takes nothing from the queue: what is started waits. */
let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let flow: FlowId;
let aheadMs = 0;
beforeEach(async () => {
  aheadMs = 0;
  const now = () => systemClock.now() + aheadMs;
  server = await testServer({ slots: 0, clock: { ...systemClock, now } });
  ada = await testPerson(server, 'ada');
  bob = await testPerson(server, 'bob');
  flow = (await ada.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
  await ada.ask('PUT', `/api/v1/flows/${flow}/shares/bob`, { level: 'execute' });
}, 60_000);
afterEach(() => server?.close());

const parts = () => {
  const { store, auth } = server;
  return { store, auth, clock: systemClock, log: memoryLog().log };
};

async function queued(person: Pick<TestPerson, 'ask'>, of = flow): Promise<ExecutionId> {
  const answer = await person.ask('POST', `/api/v1/flows/${of}/execute`, {});
  expect(answer.json.status, answer.text).toBe('queued');
  return answer.json.id;
}

/** A key that acts for the person who makes it. */
async function keyFor(person: TestPerson, more: Readonly<Record<string, unknown>> = {}) {
  const body = { name: 'one', scopes: ['flows:execute'], ...more };
  const { json, text } = await person.ask('POST', '/api/v1/keys', body);
  expect(json?.key, text).toBeDefined();
  return { ...asker(server, { 'x-api-key': json.key }), id: json.id as string };
}

const statusOf = async (id: string) =>
  (await server.ask('GET', `/api/v1/executions/${id}`)).json.status;
const deactivate = ({ id }: TestPerson) =>
  server.ask('PATCH', `/api/v1/people/${id}`, { body: { isActive: false } });

describe('whether an execution may go on when its turn comes', () => {
  const why = (startedBy: string) =>
    mayRunOf(parts())({ account: DEFAULT_ACCOUNT, startedBy, flowId: flow });

  it('is yes for who may still execute its flow', async () => {
    for (const starter of [`person:${ada.id}`, `person:${bob.id}`, 'key:admin-1']) {
      expect(await why(starter), starter).toBeUndefined();
    }
  });

  it('is no once the share was taken back', async () => {
    await ada.ask('DELETE', `/api/v1/flows/${flow}/shares/bob`);
    expect(await why(`person:${bob.id}`)).toBe('the flow is private');
  });

  it('is no for who lost the permission, left, or never was', async () => {
    await server.ask('PATCH', `/api/v1/people/${bob.id}`, { body: { role: 'viewer' } });
    expect(await why(`person:${bob.id}`)).toBe('this needs the permission flows:execute');
    await deactivate(bob);
    const nobody = 'who started it may do nothing here any more';
    expect(await why(`person:${bob.id}`)).toBe(nobody);
    expect(await why('person:01890000-0000-7000-8000-000000000000')).toBe(nobody);
    expect(await why('key:admin-99')).toBe(nobody);
    expect(await why('server')).toBe(nobody);
  });

  it('is no for a link that was revoked, and yes while it is good', async () => {
    const links = `/api/v1/flows/${flow}/links`;
    const { json } = await ada.ask('POST', links, { level: 'execute' });
    expect(await why(`link:${json.id}`)).toBeUndefined();
    await ada.ask('DELETE', `${links}/${json.id}`);
    expect(await why(`link:${json.id}`)).toMatch(/^the link .* not good/);
    const toView = await ada.ask('POST', links, { level: 'view' });
    expect(await why(`link:${toView.json.id}`)).toMatch(/^the link .* not good/);
  });

  it('stays open where it cannot be asked', async () => {
    const auth = { currentById: () => Promise.reject(new Error('the database is away')) };
    const asked = mayRunOf({ ...parts(), auth });
    const about = { account: DEFAULT_ACCOUNT, startedBy: `person:${ada.id}`, flowId: flow };
    await expect(asked(about)).rejects.toThrow('away');
  });
});

describe('whether an execution that a key started may go on when its turn comes', () => {
  it('is no by its id once the key is revoked, also for a person who may', async () => {
    const robot = await keyFor(ada);
    const [byKey, byHand] = [await queued(robot), await queued(ada)];
    const about = { account: DEFAULT_ACCOUNT, startedBy: `person:${ada.id}`, flowId: flow };
    const mayRun = mayRunOf(parts());
    expect(await mayRun({ ...about, id: byKey })).toBeUndefined();
    await ada.ask('POST', `/api/v1/keys/${robot.id}/revoke`);
    expect(await mayRun({ ...about, id: byKey })).toMatch(/^who started it/);
    expect(await mayRun({ ...about, id: byHand })).toBeUndefined();
    expect(await mayRun(about)).toBeUndefined();
  });
});

describe('what waits in the queue', () => {
  it('is cancelled for who may not execute any more, and for nobody else', async () => {
    const [theirs, others] = [await queued(bob), await queued(ada)];
    expect(await sweepQueued(parts())).toBe(0);
    await deactivate(bob);
    expect(await sweepQueued(parts())).toBe(1);
    expect([await statusOf(theirs), await statusOf(others)]).toEqual(['cancelled', 'queued']);
    const audit = await server.ask('GET', `/api/v1/audit?targetId=${theirs}`);
    expect(audit.json.items[0]).toMatchObject({ actor: 'server', action: 'execution.cancel' });
  });

  it('is cancelled with the key of its own that started it', async () => {
    const body = { name: 'robot', scopes: ['flows:execute', 'accounts:admin'] };
    const made = await server.ask('POST', '/api/v1/keys', { body });
    const robot = asker(server, { 'x-api-key': made.json.key });
    const id = await queued(robot);
    expect(await sweepQueued(parts())).toBe(0);
    await server.ask('POST', `/api/v1/keys/${made.json.id}/revoke`);
    await sweepQueued(parts());
    expect(await statusOf(id)).toBe('cancelled');
  });

  it('is looked at again and again, also after a look that failed', async () => {
    const id = await queued(bob);
    await deactivate(bob);
    const { auth, ...rest } = parts();
    let asked = 0;
    const currentById: typeof auth.currentById = (...about) => {
      asked += 1;
      return asked === 1 ? Promise.reject(new Error('away')) : auth.currentById(...about);
    };
    const watch = openQueuedWatch({ ...rest, auth: { currentById }, everyMs: 5 });
    await expect.poll(() => statusOf(id)).toBe('cancelled');
    await watch.close();
    expect(asked).toBeGreaterThan(1);
  });

  it('ends as failed with why, when its turn comes before it was looked at', async () => {
    const id = await queued(bob);
    await deactivate(bob);
    const working = await worker(mayRunOf(parts()));
    try {
      await expect.poll(() => statusOf(id)).toBe('failed');
    } finally {
      await working.close();
    }
    const { json } = await server.ask('GET', `/api/v1/executions/${id}`);
    expect(json.error.code).toBe('FORBIDDEN');
    const audit = await server.ask('GET', `/api/v1/audit?targetId=${id}`);
    expect(audit.json.items.map(({ action }: { action: string }) => action)).toContain(
      'execution.refused',
    );
  });

  it('ends as failed once the key that started it is revoked, though its person may', async () => {
    const robot = await keyFor(ada);
    const [byKey, byHand] = [await queued(robot), await queued(ada)];
    await ada.ask('POST', `/api/v1/keys/${robot.id}/revoke`);
    const working = await worker(mayRunOf(parts()));
    try {
      await expect.poll(() => statusOf(byKey)).toBe('failed');
      await expect.poll(() => statusOf(byHand)).toBe('completed');
    } finally {
      await working.close();
    }
  });

  it('waits on while it cannot be asked, and then runs', async () => {
    const id = await queued(ada);
    const mayRun = mayRunOf(parts());
    let asked = 0;
    const working = await worker(async (about) => {
      asked += 1;
      if (asked < 3) throw new Error('the database is away');
      return mayRun(about);
    });
    try {
      await expect.poll(() => statusOf(id), { timeout: 20_000 }).toBe('completed');
    } finally {
      await working.close();
    }
    expect(asked).toBe(3);
  }, 30_000);
});

describe('what waits in the queue follows', () => {
  const swept = async () => {
    await sweepQueued(parts());
    return (await server.ask('GET', '/api/v1/executions?status=queued')).json.items.map(
      ({ id }: { id: string }) => id,
    );
  };

  it('a share that is taken back or lowered, for this flow and this person alone', async () => {
    const own = (await bob.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
    const [theirs, others, kept] = [await queued(bob), await queued(ada), await queued(bob, own)];
    await ada.ask('PUT', `/api/v1/flows/${flow}/shares/bob`, { level: 'edit' });
    expect(await swept()).toContain(theirs);
    await ada.ask('PUT', `/api/v1/flows/${flow}/shares/bob`, { level: 'view' });
    const left = await swept();
    expect(left.toSorted()).toEqual([others, kept].toSorted());
    expect(await statusOf(theirs)).toBe('cancelled');
    const audit = await server.ask('GET', `/api/v1/audit?targetId=${theirs}`);
    const why = 'the flow is private, and shared with you to view only';
    expect(audit.json.items[0]).toMatchObject({
      actor: 'server',
      action: 'execution.cancel',
      details: { startedBy: `person:${bob.id}`, why },
    });
  });

  it('a flow that is not public any more, or is given away', async () => {
    await ada.ask('DELETE', `/api/v1/flows/${flow}/shares/bob`);
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { isPublic: true });
    const [theirs, own] = [await queued(bob), await queued(ada)];
    expect(await swept()).toHaveLength(2);
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { isPublic: false });
    expect(await swept()).toEqual([own]);
    expect(await statusOf(theirs)).toBe('cancelled');
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { owner: bob.id });
    expect(await swept()).toEqual([]);
  });

  it('a link that is revoked, or whose maker may not share the flow any more', async () => {
    const links = `/api/v1/flows/${flow}/links`;
    const link = async () => {
      const { json } = await ada.ask('POST', links, { level: 'execute' });
      const started = await asker(server, {}).ask(
        'POST',
        `/api/v1/shared/${json.token}/execute?wait=0s`,
      );
      expect(started.status, started.text).toBe(202);
      return { link: json.id, execution: started.json.id };
    };
    const [one, other] = [await link(), await link()];
    expect(await swept()).toHaveLength(2);
    await ada.ask('DELETE', `${links}/${one.link}`);
    expect(await swept()).toEqual([other.execution]);
    await ada.ask('PATCH', `/api/v1/flows/${flow}`, { owner: bob.id });
    expect(await swept()).toEqual([]);
  });

  it('a key that acts for a person: revoked, over, or with fewer scopes', async () => {
    const until = new Date(Date.now() + 120_000).toISOString();
    const [revoked, over, less, good] = [
      await keyFor(bob),
      await keyFor(bob, { expiresAt: until }),
      await keyFor(bob, { scopes: ['flows:execute', 'flows:read', 'keys:write'] }),
      await keyFor(bob),
    ];
    const kept = [await queued(bob), await queued(good)];
    const ids = [await queued(revoked), await queued(over), await queued(less)];
    expect(await swept()).toHaveLength(5);
    await bob.ask('POST', `/api/v1/keys/${revoked.id}/revoke`);
    await bob.ask('PATCH', `/api/v1/keys/${less.id}`, { scopes: ['flows:read'] });
    aheadMs = 120_001;
    expect((await swept()).toSorted()).toEqual(kept.toSorted());
    for (const id of ids) expect(await statusOf(id)).toBe('cancelled');
    const audit = await server.ask('GET', `/api/v1/audit?targetId=${ids[0]}`);
    expect(audit.json.items[0].details).toMatchObject({ key: revoked.id });
    await deactivate(bob);
    expect(await swept()).toEqual([]);
  });

  it('an account that is suspended; one that is resumed goes on', async () => {
    const body = { id: 'acme', name: 'Acme', admin: { username: 'acme-admin' } };
    const made = await server.ask('POST', '/api/v1/admin/accounts', { body });
    const set = (status: string) =>
      server.ask('PATCH', '/api/v1/admin/accounts/acme', { body: { status } });
    const { password } = made.json;
    const admin = await signedIn(server, 'acme-admin', password);
    const theirs = (await admin.ask('POST', '/api/v1/flows', { source: HELLO })).json.id;
    const [before, mine] = [await queued(admin, theirs), await queued(ada)];
    expect(await sweepQueued(parts())).toBe(0);
    await set('suspended');
    const about = { startedBy: `person:${admin.id}`, flowId: theirs };
    const why = () => mayRunOf(parts())({ ...about, account: 'acme' as AccountId });
    expect(await why()).toBe('the account is suspended');
    expect(await sweepQueued(parts())).toBe(1);
    await set('active');
    expect(await why()).toBeUndefined();
    const answer = await admin.ask('GET', `/api/v1/executions/${before}`);
    expect(answer.json.status).toBe('cancelled');
    await queued(admin, theirs);
    expect(await sweepQueued(parts())).toBe(0);
    expect(await statusOf(mine)).toBe('queued');
  });

  it('no flow that was deleted, unless by a link: it ends as it began', async () => {
    const { json } = await ada.ask('POST', `/api/v1/flows/${flow}/links`, { level: 'execute' });
    const path = `/api/v1/shared/${json.token}/execute?wait=0s`;
    const byLink = (await asker(server, {}).ask('POST', path)).json.id;
    const kept = [await queued(ada), await queued(bob)];
    await ada.ask('DELETE', `/api/v1/flows/${flow}`);
    expect((await swept()).toSorted()).toEqual(kept.toSorted());
    expect(await statusOf(byLink)).toBe('cancelled');
  });

  it('once, whoever of several servers looks, and also where one account cannot be', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => queued(bob)));
    const alone = await queued(ada);
    await deactivate(bob);
    const { store, ...rest } = parts();
    const failing = {
      accounts: store.accounts,
      account: () => ({
        executions: { cancelWaiting: () => Promise.reject(new Error('it cannot be')) },
      }),
    };
    await expect(sweepQueued({ ...rest, store: failing })).rejects.toThrow('it cannot be');
    const counts = await Promise.all([1, 2, 3].map(() => sweepQueued(parts())));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20);
    const records = await server.ask('GET', '/api/v1/audit?action=execution.cancel');
    expect(records.json.items).toHaveLength(20);
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'cancelled'));
    expect(await statusOf(alone)).toBe('queued');
  });

  it('with one question where nothing waits, and none about anybody', async () => {
    const { store, auth, ...rest } = parts();
    const asked: string[] = [];
    const counting = {
      account: (id: AccountId) => store.account(id),
      accounts: {
        ...store.accounts,
        waiting: (...about: Parameters<typeof store.accounts.waiting>) => {
          asked.push('waiting');
          return store.accounts.waiting(...about);
        },
      },
    };
    const currentById: typeof auth.currentById = (...about) => {
      asked.push('identities');
      return auth.currentById(...about);
    };
    const options = { ...rest, store: counting, auth: { currentById } };
    expect(await sweepQueued(options)).toBe(0);
    expect(asked).toEqual(['waiting']);
    await Promise.all([queued(ada), queued(ada), queued(bob)]);
    await sweepQueued(options);
    expect(asked).toEqual(['waiting', 'waiting', 'identities']);
  });
});

/** A process that takes what waits. */
function worker(mayRun: MayRun): Promise<Dispatcher> {
  const { store } = server;
  const nodeTypes = NODE_TYPES;
  const { log } = memoryLog();
  return openDispatcher({
    store,
    plans: openPlans(store, ({ source, format }) =>
      compile(source, { file: `flow.${format}`, nodeTypes }),
    ),
    clock: systemClock,
    monotonicMs: () => performance.now(),
    newId: () => uuidv7(Date.now()),
    process: uuidv7(Date.now()) as ProcessId, // Made here for this test alone.
    kind: 'worker',
    slots: 4,
    capabilities: () => ({}),
    limits: {},
    log,
    mayRun,
  });
}
