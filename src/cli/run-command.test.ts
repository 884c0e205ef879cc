import { describe, expect, it } from 'vitest';
import type { ExecutionEvent, ExecutionResult, Problem, StepRecord } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import type { Plan, PlanNode } from '../language/index.ts';
import { runAgainst } from './fake-server.ts';
import type { Local } from './local.ts';

const PROBLEM: Problem = {
  severity: 'error',
  code: 'MISSING_KEY',
  message: "'name' is missing",
  remedy: 'Add it.',
  file: 'flow.yaml',
  line: 1,
  column: 1,
  path: '',
  sourceLine: 'nodes: {}',
};

const PLAN = {
  name: 'demo',
  version: '1.0.0',
  inputs: [{ name: 'city', type: 'string', required: true, description: '' }],
  nodes: [{ name: 'fetch' } as PlanNode],
  warnings: [],
} as unknown as Plan;

const STEP: StepRecord = {
  node: 'fetch',
  path: '',
  status: 'completed',
  attempts: 1,
  startedAt: 1_000,
  endedAt: 1_012,
  value: 'x',
};

const COMPLETED: ExecutionResult = {
  executionId: 'e1',
  status: 'completed',
  outputs: { answer: 42 },
  steps: [STEP],
};

const FAILED: ExecutionResult = {
  executionId: 'e1',
  status: 'failed',
  outputs: {},
  steps: [{ ...STEP, status: 'failed' }],
  error: {
    code: 'TEMPLATE_UNDEFINED',
    message: "'user' has no field 'nam'; did you mean 'name'?",
    remedy: 'Use default(), or provide the value.',
    node: 'fetch',
    path: '2',
    place: {
      file: 'flow.yaml',
      line: 7,
      column: 20,
      sourceLine: '      template: "{{ user.nam }}"',
    },
  },
};

function localOf(changes: Partial<Local> = {}): Partial<Local> {
  return {
    readText: async (file) => ({ file, bytes: new Uint8Array() }),
    compile: () => ({ plan: PLAN, problems: [] }),
    parseInput: (_declaration, text) => ({ value: text }),
    checkInputs: (_plan, given) => ({ inputs: given }),
    readInputs: async () => ({ city: 'from file' }),
    run: async () => COMPLETED,
    ...changes,
  };
}

function cli(line: readonly string[], local: Partial<Local>, shape = {}) {
  return runAgainst(line, { local, terminal: shape, now: () => 2_000 });
}

describe('sluice run', () => {
  it('prints progress and outputs and exits 0', async () => {
    const run: Local['run'] = async (request) => {
      request.onEvent({ sequence: 1, at: 1_000, kind: 'step.ended', step: STEP } as ExecutionEvent);
      return COMPLETED;
    };
    const { exit, out, err } = await cli(['run', 'flow.yaml', '-i', 'city=Bonn'], localOf({ run }));
    expect(exit).toBe(0);
    expect(err).toBe('');
    expect(out).toBe(
      'demo 1.0.0\n  done      fetch     12 ms\ncompleted in 0 ms\n{\n  "answer": 42\n}\n',
    );
  });

  it('prints one document with --json and nothing else', async () => {
    const { exit, out, err } = await cli(['run', 'flow.yaml', '--json'], localOf());
    expect(exit).toBe(0);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      status: 'completed',
      outputs: { answer: 42 },
      steps: [{ node: 'fetch', path: '', status: 'completed', attempts: 1, ms: 12 }],
    });
  });

  it('shows with --logs what nodes logged, without letting them move the cursor', async () => {
    const logs = [{ level: 'info', message: 'looked at 3\u001b[2J' } as const];
    const run = async () => ({ ...COMPLETED, steps: [{ ...STEP, path: '2', logs }] });
    const { out } = await cli(['run', 'flow.yaml', '--logs'], localOf({ run }));
    expect(out).toMatch(/info {2}fetch\[2\]: looked at 3/);
    expect(out).not.toContain('\u001b');
    const without = await cli(['run', 'flow.yaml', '--logs'], localOf());
    expect(without.out).toContain('no node logged anything');
  });

  it('has the scripts of a step in its document', async () => {
    const codeHash = 'a'.repeat(64);
    const event = { kind: 'script', language: 'javascript', codeHash, jail: 'process' } as const;
    const events = [{ ...event, outcome: 'CODE_TIMEOUT', limit: 'time', durationMs: 7 } as const];
    const run = async () => ({ ...COMPLETED, steps: [{ ...STEP, events }] });
    const { out } = await cli(['run', 'flow.yaml', '--json'], localOf({ run }));
    expect(JSON.parse(out).steps[0].events).toEqual(events);
  });

  it('shows the line of the template that failed and exits 1', async () => {
    const { exit, out } = await cli(['run', 'flow.yaml'], localOf({ run: async () => FAILED }));
    expect(exit).toBe(1);
    expect(out).toContain(
      [
        "node fetch[2]: 'user' has no field 'nam'; did you mean 'name'? [TEMPLATE_UNDEFINED]",
        '  at flow.yaml:7:20',
        '  7 |       template: "{{ user.nam }}"',
        '    |                    ^',
        '  Use default(), or provide the value.',
      ].join('\n'),
    );
  });

  it('refuses a flow with problems, runs nothing and exits 2', async () => {
    let ran = false;
    const local = localOf({
      compile: () => ({ plan: undefined, problems: [PROBLEM] }),
      run: async () => {
        ran = true;
        return COMPLETED;
      },
    });
    const text = await cli(['run', 'flow.yaml'], local);
    expect(text.exit).toBe(2);
    expect(text.err).toContain("flow.yaml:1:1: error: 'name' is missing [MISSING_KEY]");
    expect(text.err).toContain('refused: nothing was run (1 error)');
    const document = await cli(['run', 'flow.yaml', '--json'], local);
    expect(JSON.parse(document.out)).toMatchObject({
      status: 'refused',
      outputs: {},
      steps: [],
      error: { code: 'FLOW_INVALID', problems: [{ code: 'MISSING_KEY', line: 1 }] },
    });
    expect(ran).toBe(false);
  });

  it('lets --input win over --inputs', async () => {
    let seen: unknown;
    const local = localOf({
      run: async (request) => {
        seen = { ...request.inputs };
        return COMPLETED;
      },
    });
    await cli(['run', 'flow.yaml', '--inputs', 'all.yaml', '-i', 'city=Bonn=Beuel'], local);
    expect(seen).toEqual({ city: 'Bonn=Beuel' });
  });

  it('refuses an --input without a name', async () => {
    const { exit, err } = await cli(['run', 'flow.yaml', '-i', 'Bonn'], localOf());
    expect(exit).toBe(2);
    expect(err).toContain('--input takes name=value, but got "Bonn" [USAGE]');
  });

  it('refuses wrong inputs with their names', async () => {
    const problem = {
      code: 'INPUT_MISSING' as const,
      message: "input 'city' is missing",
      remedy: 'Give it with --input city=...',
      input: 'city',
    };
    const local = localOf({ checkInputs: () => ({ problems: [problem] }) });
    const { exit, err } = await cli(['run', 'flow.yaml'], local);
    expect(exit).toBe(2);
    expect(err).toContain("error: input 'city' is missing [INPUT_MISSING]");
  });

  it('sends no control characters of a flow to the screen', async () => {
    const hostile = { ...COMPLETED, outputs: { a: '\u009b2J', b: '\u202e' } };
    const { out } = await cli(['run', 'flow.yaml'], localOf({ run: async () => hostile }));
    expect(out).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(out.slice(out.indexOf('{')))).toEqual(hostile.outputs);
  });

  it('reports a file that is not there, in text and as a document', async () => {
    const local = localOf({
      readText: async (file) => {
        throw new AppError('FILE_NOT_FOUND', { message: `there is no file ${file}` });
      },
    });
    const text = await cli(['run', 'nope.yaml'], local);
    expect(text.exit).toBe(2);
    expect(text.err).toContain('error: there is no file nope.yaml [FILE_NOT_FOUND]');
    const document = await cli(['run', 'nope.yaml', '--json'], local);
    expect(JSON.parse(document.out).error.code).toBe('FILE_NOT_FOUND');
  });

  it('never shows the text of an unexpected error', async () => {
    const local = localOf({
      run: async () => {
        throw new Error('password=hunter2');
      },
    });
    const { exit, out, err } = await cli(['run', 'flow.yaml'], local);
    expect(exit).toBe(1);
    expect(out + err).not.toContain('hunter2');
    expect(err).toContain('[INTERNAL]');
    const document = await cli(['run', 'flow.yaml', '--json'], local);
    expect(document.exit).toBe(1);
    expect(JSON.parse(document.out)).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL' },
    });
  });
});

describe('sluice validate', () => {
  it('says that a flow is valid', async () => {
    const { exit, out } = await cli(['validate', 'flow.yaml'], localOf());
    expect(exit).toBe(0);
    expect(out).toBe('flow.yaml: valid: demo, 1 node\n');
  });

  it('shows every problem and exits 2', async () => {
    const local = localOf({ compile: () => ({ plan: undefined, problems: [PROBLEM, PROBLEM] }) });
    const { exit, out } = await cli(['validate', 'flow.yaml'], local);
    expect(exit).toBe(2);
    expect(out.match(/MISSING_KEY/g)).toHaveLength(2);
    expect(out).toContain('flow.yaml: not valid: 2 errors\n');
    const document = await cli(['validate', 'flow.yaml', '--json'], local);
    expect(JSON.parse(document.out)).toMatchObject({ valid: false, problems: [{ line: 1 }, {}] });
  });
});

describe('sluice', () => {
  it('teaches with --help', async () => {
    const { exit, out } = await cli(['--help'], localOf());
    expect(exit).toBe(0);
    expect(out).toContain('sluice run hello.yaml');
    expect(out).toContain('Exit codes: 0 done, 1 the flow failed, 2 the input was refused');
  });

  it('refuses an unknown command with a near match', async () => {
    const { exit, err } = await cli(['rnu'], localOf());
    expect(exit).toBe(2);
    expect(err).toContain('run');
  });

  it('shows its help when called with nothing', async () => {
    const { exit, out, err } = await cli([], localOf());
    expect(exit).toBe(2);
    expect(out + err).toContain('Usage: sluice');
  });
});
