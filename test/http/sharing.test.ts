import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HELLO, LONG } from '../support/flows.ts';
import { asker, type TestPerson, testPerson } from '../support/people.ts';
import { type TestServer, testServer } from '../support/server.ts';

let server: TestServer;
let ada: TestPerson;
let bob: TestPerson;
let eve: TestPerson;
let boss: TestPerson;
let looker: TestPerson;
beforeAll(async () => {
  server = await testServer();
  ada = await testPerson(server, 'ada');
  bob = await testPerson(server, 'bob');
  eve = await testPerson(server, 'eve');
  boss = await testPerson(server, 'boss', 'admin');
  looker = await testPerson(server, 'looker', 'viewer');
}, 60_000);
afterAll(() => server?.close());

async function flowOf(person: TestPerson, source = HELLO): Promise<string> {
  const answer = await person.ask('POST', '/api/v1/flows', { source });
  expect(answer.status, answer.text).toBe(201);
  expect(answer.json.owner).toBe(`person:${person.id}`);
  return answer.json.id;
}

const at = (flow: string, rest = '') => `/api/v1/flows/${flow}${rest}`;
const share = (flow: string, person: string, level: string, by = ada) =>
  by.ask('PUT', at(flow, `/shares/${person}`), { level });

/** What each route about a flow answers to somebody. */
async function doors(person: TestPerson, flow: string): Promise<Readonly<Record<string, number>>> {
  const tries = [
    ['read', 'GET', ''],
    ['export', 'GET', '/export?format=yaml'],
    ['versions', 'GET', '/versions'],
    ['version', 'GET', '/versions/1'],
    ['execute', 'POST', '/execute?wait=10s', {}],
    ['update', 'PUT', '', { source: HELLO }],
    ['restore', 'POST', '/versions/1/restore'],
    ['shares', 'GET', '/shares'],
    ['links', 'GET', '/links'],
    ['link', 'POST', '/links', {}],
    ['settings', 'PATCH', '', { isPublic: false }],
  ] as const;
  const found: Record<string, number> = {};
  for (const [name, method, rest, body] of tries) {
    found[name] = (await person.ask(method, at(flow, rest), body)).status;
  }
  return found;
}

const seen = { read: 200, export: 200, versions: 200, version: 200 };
const unseen = { read: 403, export: 403, versions: 403, version: 403 };
const fixed = { update: 403, restore: 403 };
const unshared = { shares: 403, links: 403, link: 403, settings: 403 };

describe('a private flow', () => {
  it('is closed to others of the account at every door, with why', async () => {
    const flow = await flowOf(ada);
    expect(await doors(bob, flow)).toEqual({ ...unseen, execute: 403, ...fixed, ...unshared });
    const answer = await bob.ask('GET', at(flow));
    expect(answer.json.error).toMatchObject({
      code: 'FORBIDDEN',
      message: 'the flow is private',
      details: { act: 'view', why: 'the flow is private' },
    });
    expect((await bob.ask('DELETE', at(flow))).status).toBe(403);
    expect((await bob.ask('GET', at(flow, '/access'))).status).toBe(403);
    expect((await ada.ask('GET', at(flow))).status).toBe(200);
  });

  it('is told apart from no flow by nobody else’s answer than 404', async () => {
    const answer = await bob.ask('GET', at('01890000-0000-7000-8000-000000000000'));
    expect(answer.status).toBe(404);
  });

  it('is open to who runs the account, and to its owner', async () => {
    const flow = await flowOf(ada);
    for (const person of [boss, ada]) {
      expect(Object.values(await doors(person, flow)).every((status) => status < 300)).toBe(true);
    }
  });
});

describe('a public flow', () => {
  it('may be seen and run by all of the account, and changed by none', async () => {
    const flow = await flowOf(ada);
    const made = await ada.ask('PATCH', at(flow), { isPublic: true });
    expect(made.json).toMatchObject({ id: flow, isPublic: true });
    expect(await doors(bob, flow)).toEqual({ ...seen, execute: 200, ...fixed, ...unshared });
    expect((await looker.ask('POST', at(flow, '/execute'), {})).status).toBe(403);
    await ada.ask('PATCH', at(flow), { isPublic: false });
    expect((await bob.ask('GET', at(flow))).status).toBe(403);
  });
});

describe('a share', () => {
  it('allows what its level says, at once, until it is removed', async () => {
    const flow = await flowOf(ada);
    expect((await share(flow, bob.id, 'view')).status).toBe(200);
    expect(await doors(bob, flow)).toEqual({ ...seen, execute: 403, ...fixed, ...unshared });
    expect((await share(flow, 'BOB', 'execute')).json).toMatchObject({
      person: bob.id,
      username: 'bob',
      level: 'execute',
    });
    expect(await doors(bob, flow)).toEqual({ ...seen, execute: 200, ...fixed, ...unshared });
    await share(flow, bob.id, 'edit');
    const edits = { update: 200, restore: 200 };
    expect(await doors(bob, flow)).toEqual({ ...seen, execute: 200, ...edits, ...unshared });
    expect((await eve.ask('GET', at(flow))).status).toBe(403);
    const listed = await ada.ask('GET', at(flow, '/shares'));
    expect(listed.json.items).toMatchObject([{ person: bob.id, level: 'edit' }]);
    expect((await ada.ask('DELETE', at(flow, '/shares/bob'))).status).toBe(204);
    expect(await doors(bob, flow)).toEqual({ ...unseen, execute: 403, ...fixed, ...unshared });
  });

  it('is not given to somebody who is not of the account', async () => {
    const flow = await flowOf(ada);
    for (const person of ['nobody-here', '01890000-0000-7000-8000-000000000000']) {
      const answer = await share(flow, person, 'view');
      expect([answer.status, answer.json.error.code]).toEqual([404, 'PERSON_NOT_FOUND']);
    }
  });

  it('does not make an editor its owner', async () => {
    const flow = await flowOf(ada);
    await share(flow, bob.id, 'edit');
    expect((await share(flow, eve.id, 'view', bob)).status).toBe(403);
    expect((await bob.ask('DELETE', at(flow))).status).toBe(403);
    expect((await bob.ask('PATCH', at(flow), { owner: bob.id })).status).toBe(403);
  });
});

describe('what one may do with a flow', () => {
  it('is told with why, for each act', async () => {
    const flow = await flowOf(ada);
    await share(flow, bob.id, 'execute');
    const { json } = await bob.ask('GET', at(flow, '/access'));
    expect(json.execute).toEqual({
      isAllowed: true,
      why: 'the flow is shared with you to execute',
    });
    expect(json.edit).toEqual({
      isAllowed: false,
      why: 'the flow is private, and shared with you to execute only',
    });
    expect(Object.keys(json)).toEqual(['view', 'execute', 'edit', 'delete', 'share']);
  });
});

describe('a flow that is given away', () => {
  it('belongs to the other person, and to nobody else', async () => {
    const flow = await flowOf(ada);
    const given = await ada.ask('PATCH', at(flow), { owner: bob.id });
    expect(given.json.owner).toBe(`person:${bob.id}`);
    expect((await ada.ask('GET', at(flow))).status).toBe(403);
    expect((await bob.ask('DELETE', at(flow))).status).toBe(204);
  });

  it('goes to nobody who is not there, and a body without change is refused', async () => {
    const flow = await flowOf(ada);
    const unknown = '01890000-0000-7000-8000-000000000000';
    expect((await ada.ask('PATCH', at(flow), { owner: unknown })).status).toBe(404);
    expect((await ada.ask('PATCH', at(flow), {})).status).toBe(422);
    expect((await ada.ask('PATCH', at(flow), { createdBy: bob.id })).status).toBe(422);
  });
});

describe('a list of flows', () => {
  it('shows what may be read, and nothing else', async () => {
    const mine = await flowOf(eve);
    const secret = await flowOf(ada);
    const open = await flowOf(ada);
    const given = await flowOf(ada);
    await ada.ask('PATCH', at(open), { isPublic: true });
    await share(given, eve.id, 'view');
    const ids = async (query: string) => {
      const answer = await eve.ask('GET', `/api/v1/flows?limit=100${query}`);
      return answer.json.items.map(({ id }: { id: string }) => id);
    };
    const all = await ids('');
    expect(all).toEqual(expect.arrayContaining([mine, open, given]));
    expect(all).not.toContain(secret);
    for (const id of all) expect((await eve.ask('GET', at(id))).status).toBe(200);
    expect(await ids('&of=mine')).toEqual([mine]);
    expect(await ids('&of=shared')).toEqual([given]);
    expect(await ids('&of=public')).toEqual([open]);
    const everything = await boss.ask('GET', '/api/v1/flows?limit=100');
    expect(everything.json.items.map(({ id }: { id: string }) => id)).toContain(secret);
  });
});

describe('the name of a flow', () => {
  const named = (name: string, description = '') => ({
    definition: {
      name,
      description,
      nodes: { a: { type: 'template', config: { template: 'x' } } },
    },
  });

  it.each([
    ['no character', '', ''],
    ['blanks alone', '   ', ''],
    ['101 characters', 'n'.repeat(101), ''],
    ['300 characters', 'n'.repeat(300), ''],
    ['a description of 501', 'fine', 'd'.repeat(501)],
  ])('is refused with %s', async (_what, name, description) => {
    const answer = await ada.ask('POST', '/api/v1/flows', named(name, description));
    expect([answer.status, answer.json.error.code]).toEqual([422, 'BODY_INVALID']);
    expect(answer.json.error.details.issues).toHaveLength(1);
  });

  it.each([
    ['a', 'a'],
    ['n'.repeat(100), 'n'.repeat(100)],
    ['  a b ', 'a b'],
    ['😀'.repeat(100), '😀'.repeat(100)],
  ])('is kept trimmed: %s', async (name, kept) => {
    const answer = await ada.ask('POST', '/api/v1/flows', named(name, 'd'.repeat(500)));
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json.name).toBe(kept);
  });
});

describe('an execution', () => {
  const doorsOf = async (person: TestPerson, id: string) => {
    const path = `/api/v1/executions/${id}`;
    const tries = ['', '/steps', '/logs', `/values/${'a'.repeat(64)}`, '/events'];
    const read = await Promise.all(tries.map((rest) => person.ask('GET', path + rest)));
    const retried = await person.ask('POST', `${path}/retry`, {});
    return [...read, retried].map(({ status }) => status);
  };
  const started = async (person: TestPerson, flow: string): Promise<string> => {
    const answer = await person.ask('POST', at(flow, '/execute?wait=10s'), {});
    expect(answer.status, answer.text).toBe(200);
    expect(answer.json.startedBy).toBe(`person:${person.id}`);
    return answer.json.id;
  };

  it('is shown to who started it, the owner of its flow, editors and admins', async () => {
    const flow = await flowOf(ada);
    await share(flow, bob.id, 'execute');
    await share(flow, eve.id, 'edit');
    const id = await started(bob, flow);
    for (const person of [bob, ada, eve, boss]) {
      expect(await doorsOf(person, id), person.username).toEqual([200, 200, 200, 404, 200, 202]);
    }
    const own = await started(ada, flow);
    expect(await doorsOf(bob, own)).toEqual([403, 403, 403, 403, 403, 403]);
    const listed = await bob.ask('GET', `/api/v1/executions?flowId=${flow}&limit=100`);
    const of = new Set(listed.json.items.map((one: { startedBy: string }) => one.startedBy));
    expect(of).toEqual(new Set([`person:${bob.id}`]));
  });

  it('is cancelled by nobody who may not see it', async () => {
    const flow = await flowOf(ada, LONG);
    await ada.ask('PATCH', at(flow), { isPublic: true });
    const { json } = await ada.ask('POST', at(flow, '/execute'), {});
    const path = `/api/v1/executions/${json.id}/cancel`;
    expect((await bob.ask('POST', path)).status).toBe(403);
    expect((await looker.ask('POST', path)).status).toBe(403);
    expect((await ada.ask('POST', path)).status).toBe(202);
  });

  it('is not run again by who may not run its flow any more', async () => {
    const flow = await flowOf(ada);
    await share(flow, bob.id, 'execute');
    const id = await started(bob, flow);
    await share(flow, bob.id, 'view');
    expect((await bob.ask('GET', `/api/v1/executions/${id}`)).status).toBe(200);
    expect((await bob.ask('POST', `/api/v1/executions/${id}/retry`, {})).status).toBe(403);
  });

  it('is not told to somebody else who sends the same Idempotency-Key', async () => {
    const flow = await flowOf(ada);
    await ada.ask('PATCH', at(flow), { isPublic: true });
    const keyed = (person: TestPerson) =>
      asker(server, { ...person.headers, 'idempotency-key': 'shared-key' }).ask(
        'POST',
        at(flow, '/execute?wait=10s'),
        {},
      );
    const first = await keyed(bob);
    expect(first.status).toBe(200);
    expect((await keyed(bob)).json.id).toBe(first.json.id);
    const other = await keyed(eve);
    expect([other.status, other.json.error.code]).toEqual([409, 'IDEMPOTENCY_MISMATCH']);
    expect(other.text).not.toContain(first.json.id);
    expect((await keyed(ada)).json.id).toBe(first.json.id);
  });
});

describe('an API key', () => {
  const keyOf = async (person: TestPerson, body: object) => {
    const made = await person.ask('POST', '/api/v1/keys', { name: 'a key', ...body });
    expect(made.status, made.text).toBe(201);
    return { id: made.json.id, ...asker(server, { 'x-api-key': made.json.key }) };
  };

  it('makes and starts things for its person', async () => {
    const key = await keyOf(ada, { scopes: ['flows:write', 'flows:execute', 'executions:read'] });
    const made = await key.ask('POST', '/api/v1/flows', { source: HELLO });
    expect(made.json).toMatchObject({ owner: `person:${ada.id}`, createdBy: `key:${key.id}` });
    const ran = await key.ask('POST', at(made.json.id, '/execute?wait=10s'), {});
    expect(ran.json.startedBy).toBe(`person:${ada.id}`);
    expect((await key.ask('GET', at(made.json.id))).status).toBe(403);
    expect((await ada.ask('GET', at(made.json.id))).status).toBe(200);
  });

  it('takes the last place for one execution of many', async () => {
    const flow = await flowOf(ada, LONG);
    const key = await keyOf(ada, { scopes: ['flows:execute'], concurrentExecutions: 2 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => key.ask('POST', at(flow, '/execute'), {})),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([202, 202, ...Array(10).fill(429)]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.json.error.code).toBe('KEY_EXHAUSTED');
    for (const { status, json } of answers) {
      if (status === 202) await ada.ask('POST', `/api/v1/executions/${json.id}/cancel`);
    }
  });
});

describe('a change of who may do what', () => {
  it('leaves its record, with who made it', async () => {
    const flow = await flowOf(ada);
    await share(flow, bob.id, 'view');
    await ada.ask('DELETE', at(flow, `/shares/${bob.id}`));
    await ada.ask('PATCH', at(flow), { isPublic: true });
    const link = await ada.ask('POST', at(flow, '/links'), {});
    await ada.ask('DELETE', at(flow, `/links/${link.json.id}`));
    const answer = await server.ask('GET', `/api/v1/audit?targetId=${flow}&limit=100`);
    const actions = answer.json.items.map(({ action, actor }: Record<string, string>) => {
      expect(actor).toBe(`person:${ada.id}`);
      return action;
    });
    expect(actions.sort()).toEqual([
      'flow.access',
      'flow.create',
      'flow.link-create',
      'flow.link-revoke',
      'flow.share',
      'flow.unshare',
    ]);
    expect(answer.text).not.toContain(link.json.token);
  });
});
