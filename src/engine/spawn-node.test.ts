import { describe, expect, it } from 'vitest';
import { systemClock, type Value } from '../base/index.ts';
import type { Capabilities, NodeContext, NodeType, ScriptEvent } from '../contract/index.ts';
import { type AppError, asAppError } from '../errors/index.ts';
import type { PlanNode } from '../language/index.ts';
import { defineNode } from '../nodes/index.ts';
import type { Visit } from './ports.ts';
import { spawnNode } from './spawn-node.ts';

const words = {
  version: 1,
  title: 'a test',
  summary: 'a test',
  role: 'step',
  effect: 'pure',
  output: 'any',
  outputSummary: 'a test',
  example: '',
} as const;

function typeOf(run: (context: NodeContext) => unknown, needs: NodeType['needs'] = []): NodeType {
  // The tests give back what no node type could.
  const unchecked = run as NodeType['run'];
  return { ...words, id: 'test', needs, config: {}, run: unchecked };
}

function visitOf(type: NodeType, node: Partial<PlanNode> = {}, names: Record<string, Value> = {}) {
  const visit: Visit = {
    executionId: 'e1',
    node: {
      name: 'work',
      index: 0,
      type,
      description: '',
      config: {},
      incoming: [],
      outgoing: [],
      scope: [],
      context: [],
      retry: { attempts: 1, backoffMs: 0 },
      place: { line: 3, column: 5 },
      ...node,
    },
    path: '3',
    attempt: 1,
    idempotencyKey: 'e1/work/3',
    input: { inRegion: true, upstream: 7, dependencies: { a: 7 }, items: undefined },
    names: {
      get: (name) => (Object.hasOwn(names, name) ? names[name] : undefined),
      all: () => Object.keys(names).sort(),
    },
    signal: new AbortController().signal,
    log: () => {},
    report: () => {},
  };
  return visit;
}

const SCRIPT: ScriptEvent = {
  kind: 'script',
  language: 'javascript',
  codeHash: 'a'.repeat(64),
  outcome: 'completed',
  durationMs: 3,
  jail: 'kernel',
};

const files = {} as Capabilities['files'];
const http = {} as Capabilities['http'];

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error) => asAppError(error),
  );
}

describe('spawnNode', () => {
  it('hands over the capabilities that the type declares, and no other', async () => {
    const type = typeOf(
      (context) => ({ value: ['files', 'http', 'code'].map((k) => k in context) }),
      ['files'],
    );
    const result = await spawnNode({ files, http }, systemClock)(visitOf(type));
    expect(result.value).toEqual([true, false, false]);
  });

  it('refuses to run a node whose capability is not there', async () => {
    let ran = false;
    const type = typeOf(() => {
      ran = true;
    }, ['http']);
    const error = await failureOf(spawnNode({ files }, systemClock)(visitOf(type)));
    expect([error.code, error.message]).toEqual([
      'CAPABILITY_ABSENT',
      'node work of type test needs http, which is not there',
    ]);
    expect(ran).toBe(false);
  });

  it('asks a provider for each visit whose node needs something', async () => {
    const asked: string[] = [];
    const spawn = spawnNode((visit) => {
      asked.push(visit.path);
      const never = () => Promise.reject(new Error('never called'));
      return { code: { javascript: never, python: never } };
    }, systemClock);
    await spawn(visitOf(typeOf(() => ({ value: 1 }), ['code'])));
    await spawn(visitOf(typeOf(() => ({ value: 1 }), ['code'])));
    await spawn(visitOf(typeOf(() => ({ value: 1 }))));
    expect(asked).toEqual(['3', '3']);
  });

  it('passes on what a capability reports of its use', async () => {
    const reported: unknown[] = [];
    const visit = visitOf(
      typeOf((context) => {
        context.report(SCRIPT);
        return { value: 1 };
      }),
    );
    await spawnNode({}, systemClock)({ ...visit, report: (event) => reported.push(event) });
    expect(reported).toEqual([SCRIPT]);
  });

  it('tells of templates of the level unsafe, in the step and to whoever asks', async () => {
    const lines: unknown[] = [];
    const told: string[] = [];
    const spawn = spawnNode({}, systemClock, { onUnsafe: ({ node }) => told.push(node.name) });
    const type = typeOf(() => ({ value: 1 }));
    const log = (line: unknown) => lines.push(line);
    await spawn({ ...visitOf(type), log });
    expect([lines, told]).toEqual([[], []]);
    await spawn({ ...visitOf(type, { hasUnsafeTemplates: true }), log });
    const message = 'node work renders a template of the level unsafe';
    expect(lines).toEqual([{ level: 'warn', message }]);
    expect(told).toEqual(['work']);
  });

  it.each([
    ['no result', undefined, 'node work gave no result'],
    ['a number instead of a result', 42, 'node work gave no result'],
    ['a function', { value: { f: () => 1 } }, 'node work gave a value whose f that is'],
    ['not a number', { value: [Number.NaN] }, 'node work gave a value whose [0]'],
    ['a class instance', { value: { list: [new Date(0)] } }, 'list[0]'],
    ['a port that only failures take', { value: 1, port: 'error' }, 'port'],
    ['a port that is no text', { value: 1, port: 7 }, 'port'],
  ])('refuses %s', async (_, given, message) => {
    const error = await failureOf(spawnNode({}, systemClock)(visitOf(typeOf(() => given))));
    expect(error.code).toBe('NODE_OUTPUT_INVALID');
    expect(error.message.startsWith('node work gave')).toBe(true);
    expect(error.message).toContain(message.replace(/ that is$/, ''));
  });

  it('refuses data that refers to itself, and getters, without running them', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const trap = {
      get secret() {
        throw new Error('a getter ran');
      },
    };
    for (const value of [circle, trap]) {
      const work = spawnNode({}, systemClock)(visitOf(typeOf(() => ({ value }))));
      expect((await failureOf(work)).code).toBe('NODE_OUTPUT_INVALID');
    }
  });

  it('copies and freezes what a node gives, with prototype keys as plain data', async () => {
    const given = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "list": [1]}');
    const type = typeOf(() => ({ value: given }));
    const { value } = await spawnNode({}, systemClock)(visitOf(type));
    given.list.push(2);
    expect(JSON.stringify(value)).toBe(
      '{"__proto__":{"polluted":true},"constructor":1,"list":[1]}',
    );
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.isFrozen((value as { list: Value }).list)).toBe(true);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('checks the declared schemas of input and output, naming the part', async () => {
    const text = { type: 'string' };
    const spawn = spawnNode({}, systemClock);
    const input = await failureOf(
      spawn(
        visitOf(
          typeOf(() => ({ value: 1 })),
          { inputSchema: text },
        ),
      ),
    );
    expect([input.code, input.retryable]).toEqual(['SCHEMA_MISMATCH', false]);
    expect(input.message).toBe(
      'the input of node work does not fit its schema: must be string, not number',
    );
    const schema = { type: 'object', properties: { n: text } };
    const type = typeOf(() => ({ value: { n: 1 } }));
    const output = await failureOf(spawn(visitOf(type, { outputSchema: schema })));
    expect(output.message).toBe(
      'the output of node work does not fit its schema: n must be string, not number',
    );
    expect(output.retryable).toBe(true);
  });

  it('gives the same random numbers over retries, and others to other visits', async () => {
    const spawn = spawnNode({}, systemClock);
    const type = typeOf((context) => ({ value: context.random.next() }));
    const visit = visitOf(type);
    const first = await spawn(visit);
    const again = await spawn({ ...visit, attempt: 2 });
    const other = await spawn({ ...visit, idempotencyKey: 'e1/work/4' });
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('renders templates with the names of the node over those of the visit', async () => {
    const type = defineNode({
      ...words,
      id: 'test',
      needs: [],
      config: {},
      run: (context) => ({ value: [context.lookup('a.b'), context.names()] }),
    });
    const { value } = await spawnNode({}, systemClock)(visitOf(type, {}, { a: { b: 1 } }));
    expect(value).toEqual([1, { a: { b: 1 } }]);
  });

  it('rejects a reference to a name that is not there', async () => {
    const type = typeOf((context) => ({ value: context.lookup('constructor.name') }));
    const error = await failureOf(spawnNode({}, systemClock)(visitOf(type)));
    expect(error.code).toBe('TEMPLATE_UNDEFINED');
  });
});
