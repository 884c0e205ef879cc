import { describe, expect, it } from 'vitest';
import type { Plan } from '../../language/index.ts';
import { type FakeRoutes, runAgainst, sentEvents } from '../fake-server.ts';
import type { Local } from '../local.ts';

const ID = '0199a1b2-5c3d-7e4f-8a5b-00000000000a';
const NEW = '0199a1b2-5c3d-7e4f-8a5b-00000000000b';
const FLOW = '0199a1b2-5c3d-7e4f-8a5b-000000000001';
const AT = Date.parse('2026-03-01T11:59:00.000Z');
const OPEN = {
  id: ID,
  flowId: FLOW,
  flowName: 'hello',
  flowVersion: 2,
  status: 'running',
  createdAt: '2026-03-01T11:59:00.000Z',
  startedAt: '2026-03-01T11:59:00.000Z',
  startedBy: 'key:admin-1',
  inputs: { who: 'Ada' },
};
const DONE = {
  ...OPEN,
  status: 'completed',
  endedAt: '2026-03-01T11:59:02.500Z',
  outputs: { text: 'Hello Ada' },
};
const ERROR = { code: 'NODE_FAILED', message: 'it broke\nbadly', remedy: 'Mend it.', node: 'b' };
const FAILED = { ...OPEN, status: 'failed', endedAt: DONE.endedAt, error: ERROR };
const STEP = {
  node: 'a',
  path: '',
  status: 'completed',
  attempts: 1,
  startedAt: AT,
  endedAt: AT + 5,
};
const TIME = '2026-03-01T11:59:00.000Z';
const STORED = { ...STEP, sequence: 3, startedAt: TIME, endedAt: '2026-03-01T11:59:00.012Z' };
const EVENTS = [
  { sequence: 1, at: AT, kind: 'execution.started', executionId: ID, flow: 'hello' },
  { sequence: 2, at: AT, kind: 'step.started', node: 'a', path: '', attempt: 1 },
  { sequence: 3, at: AT, kind: 'step.ended', step: STEP },
  { sequence: 4, at: AT, kind: 'execution.ended', status: 'completed' },
];

const PATH = `/api/v1/executions/${ID}`;
const PLAN = {
  name: 'hello',
  inputs: [{ name: 'times', type: 'integer' }],
  nodes: [{ name: 'a' }],
} as unknown as Plan;
const LOCAL: Partial<Local> = {
  compile: () => ({ plan: PLAN, problems: [] }),
  parseInput: (declaration, text) =>
    /^\d+$/.test(text)
      ? { value: Number(text) }
      : { code: 'INPUT_INVALID', message: 'no number', remedy: 'r', input: declaration.name },
  readInputs: async () => ({ who: 'file', times: 1 }),
};

/** Gives the answers one after the other, and then the last one again. */
function inTurn(...bodies: readonly unknown[]) {
  let turn = 0;
  return () => {
    const body = bodies[Math.min(turn, bodies.length - 1)];
    turn += 1;
    return { body };
  };
}

function sluice(words: readonly string[], routes: FakeRoutes, more = {}) {
  return runAgainst(words, { routes, local: LOCAL, ...more });
}

const FOLLOWED: FakeRoutes = {
  [`GET ${PATH}`]: inTurn(OPEN, DONE),
  [`GET ${PATH}/events`]: sentEvents(EVENTS),
  [`GET /api/v1/flows/${FLOW}/versions/2`]: { status: 404, body: {} },
};
const followed = (): FakeRoutes => ({ ...FOLLOWED, [`GET ${PATH}`]: inTurn(OPEN, DONE) });

describe('sluice executions list and show', () => {
  it('lists with filters, and finds the flow by name', async () => {
    const { exit, out, requests } = await sluice(
      ['executions', 'list', '--status', 'failed,running', '--flow', 'hello'],
      {
        'GET /api/v1/flows': {
          body: {
            items: [
              {
                id: FLOW,
                name: 'hello',
                description: '',
                tags: [],
                version: 2,
                owner: 'k',
                isPublic: false,
                createdBy: 'k',
                grants: { hosts: [], connections: [], secrets: [], code: 'none' },
                createdAt: TIME,
                updatedAt: TIME,
              },
            ],
          },
        },
        'GET /api/v1/executions': { body: { items: [FAILED] } },
      },
    );
    expect(exit).toBe(0);
    expect(out).toContain(`${ID}  hello  2  failed  1 min ago  2.5 s`);
    expect(requests[1]?.at.searchParams.get('flowId')).toBe(FLOW);
    expect(requests[1]?.at.searchParams.get('status')).toBe('failed,running');
  });

  it('shows what went in, what failed, the steps and the logs', async () => {
    const hostile = { ...STORED, node: 'b\u001b[2J', output: '\u001b[31m', sequence: 4 };
    const line = {
      level: 'info',
      message: 'x\u001b[2J\nfake line',
      sequence: 3,
      node: 'a',
      path: '',
    };
    const { exit, out } = await sluice(['executions', 'show', ID, '--steps', '--logs'], {
      [`GET ${PATH}`]: { body: FAILED },
      [`GET ${PATH}/steps`]: { body: { items: [STORED, hostile] } },
      [`GET ${PATH}/logs`]: { body: { items: [line] } },
    });
    expect(exit).toBe(0);
    expect(out).toContain('"who": "Ada"');
    expect(out).toContain('node b: it broke\n    badly [NODE_FAILED]');
    expect(out).toContain('12 ms');
    expect(out).toContain('info  a: x\\u001b[2J fake line');
    expect(out).not.toContain('\u001b');
  });

  it('shows what became of the scripts of its steps, where there were any', async () => {
    const script = { kind: 'script', codeHash: '3f2a91c0b7de'.repeat(5).padEnd(64, 'a') };
    const events = [
      { ...script, language: 'python', level: 'strict', outcome: 'completed', durationMs: 12.4 },
      { ...script, language: 'javascript', outcome: 'CODE_TIMEOUT', durationMs: 5_000.2 },
    ].map((event, index) => ({
      ...event,
      jail: index === 0 ? 'kernel' : 'process',
      ...(index === 0 ? {} : { limit: 'time' }),
    }));
    const shown = (steps: readonly object[]) =>
      sluice(['executions', 'show', ID, '--steps'], {
        [`GET ${PATH}`]: { body: DONE },
        [`GET ${PATH}/steps`]: { body: { items: steps } },
      });
    const { out } = await shown([
      { ...STORED, events },
      { ...STORED, path: '3', events },
    ]);
    expect(out.slice(out.indexOf('SCRIPT')).split('\n').slice(0, 4)).toEqual([
      'SCRIPT  LANGUAGE       HELD BY  TOOK   OUTCOME       LIMIT  CODE',
      'a       python strict  jail     12 ms  completed            3f2a91c0b7de',
      'a       javascript     process  5 s    CODE_TIMEOUT  time   3f2a91c0b7de',
      'a[3]    python strict  jail     12 ms  completed            3f2a91c0b7de',
    ]);
    expect((await shown([STORED])).out).not.toContain('SCRIPT');
  });

  it('gives one document with steps and logs inside', async () => {
    const { out } = await sluice(['executions', 'show', ID, '--steps', '--json'], {
      [`GET ${PATH}`]: { body: DONE },
      [`GET ${PATH}/steps`]: { body: { items: [STORED] } },
    });
    const document = JSON.parse(out);
    expect(document).toMatchObject({ id: ID, outputs: { text: 'Hello Ada' } });
    expect(document.steps).toHaveLength(1);
    expect('logs' in document).toBe(false);
  });

  it('fetches outputs that are too large to stand in the execution', async () => {
    const blob = 'a'.repeat(64);
    const { outputs: _outputs, ...rest } = DONE;
    const { out } = await sluice(['executions', 'show', ID, '--json'], {
      [`GET ${PATH}`]: { body: { ...rest, outputsRef: { blob, bytes: 9 } } },
      [`GET ${PATH}/values/${blob}`]: { text: '{"big": 1}' },
    });
    expect(JSON.parse(out).outputs).toEqual({ big: 1 });
  });

  it('takes the beginning of an id, and says when several begin so', async () => {
    const list = { 'GET /api/v1/executions': { body: { items: [DONE, { ...DONE, id: NEW }] } } };
    const several = await sluice(['executions', 'show', '0199a1b2'], list);
    expect(several.exit).toBe(2);
    expect(several.err).toContain('[NAME_AMBIGUOUS]');
    const none = await sluice(['executions', 'show', 'ffff'], list);
    expect(none.err).toContain('[EXECUTION_NOT_FOUND]');
    const word = await sluice(['executions', 'show', '../flows'], list);
    expect(word.exit).toBe(2);
    expect(word.requests).toEqual([]);
  });
});

describe('sluice executions follow', () => {
  it('draws as a run does and exits 0 when it completed', async () => {
    const { exit, out, err } = await sluice(['executions', 'follow', ID], followed());
    expect(err).toBe('');
    expect(exit).toBe(0);
    expect(out).toContain('  done      a');
    expect(out).toContain('completed in 2.5 s\n{\n  "text": "Hello Ada"\n}\n');
  });

  it('exits 1 when it failed, and tells why', async () => {
    const ended = { sequence: 4, at: AT, kind: 'execution.ended', status: 'failed' };
    const { exit, out } = await sluice(['executions', 'follow', ID], {
      ...followed(),
      [`GET ${PATH}`]: inTurn(OPEN, FAILED),
      [`GET ${PATH}/events`]: sentEvents([...EVENTS.slice(0, 3), ended]),
    });
    expect(exit).toBe(1);
    expect(out).toContain('failed in 2.5 s\nnode b: it broke');
  });

  it('gives one line for each event with --json', async () => {
    const { exit, out } = await sluice(['executions', 'follow', ID, '--json'], followed());
    expect(exit).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).sequence)).toEqual([1, 2, 3, 4]);
  });

  it('goes on after a lost connection where it was', async () => {
    let connections = 0;
    const { exit, out, requests } = await sluice(['executions', 'follow', ID, '--json'], {
      ...followed(),
      [`GET ${PATH}/events`]: () => {
        connections += 1;
        return sentEvents(connections === 1 ? EVENTS.slice(0, 2) : EVENTS.slice(2));
      },
    });
    expect(exit).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(4);
    const last = requests.filter(({ at }) => at.pathname.endsWith('/events')).at(-1);
    expect(`${last?.headers['last-event-id'] ?? ''}${last?.at.search}`).toContain('2');
  });

  it('stops following on Ctrl-C, says that it goes on, and cancels nothing', async () => {
    const stop = new AbortController();
    const { exit, err, requests } = await sluice(
      ['executions', 'follow', ID],
      {
        ...followed(),
        [`GET ${PATH}/events`]: {
          ...sentEvents(EVENTS.slice(0, 2)),
          more: async function* (signal) {
            stop.abort();
            yield* silence(signal);
          },
        },
      },
      { signal: stop.signal },
    );
    expect(exit).toBe(1);
    expect(err).toContain('stopped following; the execution goes on');
    expect(err).toContain(`sluice executions cancel ${ID}`);
    expect(requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('cancels on Ctrl-C where that was asked for, and follows to the end', async () => {
    const stop = new AbortController();
    const ended = { sequence: 3, at: AT, kind: 'execution.ended', status: 'cancelled' };
    const { exit, out, err, requests } = await sluice(
      ['executions', 'follow', ID, '--cancel-on-interrupt'],
      {
        ...followed(),
        [`GET ${PATH}`]: inTurn(OPEN, { ...FAILED, status: 'cancelled' }),
        [`POST ${PATH}/cancel`]: {
          status: 202,
          body: { id: ID, status: 'running', cancelRequested: true },
        },
        [`GET ${PATH}/events`]: {
          ...sentEvents(EVENTS.slice(0, 2)),
          more: async function* () {
            stop.abort();
            yield sentEvents([ended]).text;
          },
        },
      },
      { signal: stop.signal },
    );
    expect(exit).toBe(1);
    expect(err).toBe('cancelling\n');
    expect(out).toContain('cancelled in 2.5 s');
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('ends with the reason where the cancelling is refused', async () => {
    const stop = new AbortController();
    const refusal = { code: 'FORBIDDEN', message: 'not yours', remedy: 'r', requestId: 'x' };
    const { exit, err } = await sluice(
      ['executions', 'follow', ID, '--cancel-on-interrupt'],
      {
        ...followed(),
        [`POST ${PATH}/cancel`]: { status: 403, body: { error: refusal } },
        [`GET ${PATH}/events`]: {
          ...sentEvents(EVENTS.slice(0, 2)),
          more: async function* (signal) {
            stop.abort();
            yield* silence(signal);
          },
        },
      },
      { signal: stop.signal },
    );
    expect(exit).toBe(2);
    expect(err).toContain('not yours [FORBIDDEN]');
  });
});

describe('sluice flows run', () => {
  const started = {
    [`POST /api/v1/flows/${FLOW}/execute`]: { status: 202, body: { id: ID, status: 'running' } },
    [`GET /api/v1/flows/${FLOW}`]: {
      body: {
        id: FLOW,
        name: 'hello',
        description: '',
        tags: [],
        version: 2,
        owner: 'k',
        isPublic: false,
        createdBy: 'k',
        grants: { hosts: [], connections: [], secrets: [], code: 'none' },
        createdAt: TIME,
        updatedAt: TIME,
        format: 'yaml',
        source: 'name: hello',
      },
    },
    [`GET ${PATH}/steps`]: { body: { items: [STORED] } },
  };
  const routes = (): FakeRoutes => ({ ...followed(), ...started });

  it('starts with inputs by their declared types and follows to the end', async () => {
    const words = ['flows', 'run', FLOW, '--inputs', 'i.yaml', '-i', 'times=3'];
    const { exit, out, requests } = await sluice([...words, '--idempotency-key', 'k-1'], routes());
    expect(exit).toBe(0);
    expect(out).toContain('completed in 2.5 s');
    const start = requests.find(({ method }) => method === 'POST');
    expect(JSON.parse(start?.body ?? '')).toEqual({ inputs: { who: 'file', times: 3 } });
    expect(start?.headers['idempotency-key']).toBe('k-1');
  });

  it('starts nothing where an input has the wrong type', async () => {
    const words = ['flows', 'run', FLOW, '-i', 'times=often'];
    const { exit, err, requests } = await sluice(words, routes());
    expect(exit).toBe(2);
    expect(err).toContain('no number [INPUT_INVALID]');
    expect(err).toContain('nothing was started (1 problem)');
    expect(requests.some(({ method }) => method === 'POST')).toBe(false);
    const json = await sluice([...words, '--json'], routes());
    expect(JSON.parse(json.out)).toMatchObject({ status: 'refused', outputs: {}, steps: [] });
  });

  it('says how to find out where the answer to a start got lost', async () => {
    const lost = { ...routes() } as Record<string, FakeRoutes[string]>;
    delete lost[`POST /api/v1/flows/${FLOW}/execute`];
    const { exit, err } = await sluice(['flows', 'run', FLOW], lost);
    expect(exit).toBe(1);
    expect(err).toContain('It may have been started: sluice executions list');
    const withKey = await sluice(['flows', 'run', FLOW, '--idempotency-key', 'k'], lost);
    expect(withKey.err).toContain('again with the same --idempotency-key');
  });

  it('prints the id and leaves with --detach', async () => {
    const { exit, out, requests } = await sluice(['flows', 'run', FLOW, '--detach'], routes());
    expect(exit).toBe(0);
    expect(out).toBe(`accepted ${ID}\n  sluice executions follow ${ID}\n`);
    expect(requests).toHaveLength(1);
    const json = await sluice(['flows', 'run', FLOW, '--detach', '--json'], routes());
    expect(JSON.parse(json.out)).toEqual({ id: ID, status: 'running' });
  });

  it('gives the document of a run with --json, and its id', async () => {
    const { exit, out } = await sluice(['flows', 'run', FLOW, '--json'], routes());
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toEqual({
      id: ID,
      status: 'completed',
      outputs: { text: 'Hello Ada' },
      steps: [{ node: 'a', path: '', status: 'completed', attempts: 1, ms: 12 }],
    });
  });

  it('waits so long at most and then leaves it alone with exit 1', async () => {
    let now = 0;
    const { exit, out, requests } = await sluice(
      ['flows', 'run', FLOW, '--wait', '40s'],
      {
        ...routes(),
        [`GET ${PATH}`]: ({ at }) => {
          now += Number.parseInt(at.searchParams.get('wait') ?? '0', 10);
          return { body: OPEN };
        },
      },
      { now: () => now },
    );
    expect(exit).toBe(1);
    expect(out).toContain('running: it has not ended yet and goes on');
    const waits = requests.map(({ at }) => at.searchParams.get('wait')).filter(Boolean);
    expect(waits).toEqual(['25000ms', '15000ms']);
  });

  it.each([
    ['--wait', 'soon'],
    ['--wait', '-5s'],
    ['--wait', '900d'],
    ['--wait=5s', '--detach'],
    ['--version', '0'],
    ['--version', '1e3'],
  ])('refuses %s %s before it asks the server', async (...words) => {
    const { exit, requests } = await sluice(['flows', 'run', FLOW, ...words], routes());
    expect(exit).toBe(2);
    expect(requests).toEqual([]);
  });
});

describe('sluice executions cancel and retry', () => {
  it('asks an execution to end', async () => {
    const { exit, out } = await sluice(['executions', 'cancel', ID], {
      [`POST ${PATH}/cancel`]: {
        status: 202,
        body: { id: ID, status: 'running', cancelRequested: true },
      },
    });
    expect(exit).toBe(0);
    expect(out).toBe(`asked ${ID} to end; it is running\n`);
  });

  it('runs again from a node with another version, and follows the new execution', async () => {
    const { exit, requests } = await sluice(
      ['executions', 'retry', NEW, '--from', 'a', '--version', '3'],
      {
        ...followed(),
        [`POST /api/v1/executions/${NEW}/retry`]: {
          status: 202,
          body: { id: ID, status: 'queued' },
        },
      },
    );
    expect(exit).toBe(0);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ from: 'a', version: 3 });
    expect(requests.some(({ at }) => at.pathname === `${PATH}/events`)).toBe(true);
  });
});

/** A stream on which nothing comes until it is ended. */
async function* silence(signal: AbortSignal | undefined): AsyncGenerator<string> {
  await new Promise((resolve) => {
    if (signal === undefined || signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', resolve, { once: true });
  });
}
