import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, type Started, sluice as spawnSluice } from './spawn-command.ts';

/** The shipped command, started as a person starts it, in a folder of its own. */

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sluice(words: readonly string[], started: Omit<Started, 'cwd'> = {}): Promise<Ended> {
  return spawnSluice(words, { cwd: folder, ...started });
}

function put(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return name;
}

const GREET = `name: greet
inputs:
  who: string
  times: {type: integer, default: 1}
nodes:
  text:
    type: template
    config: {template: "{{ ['Hello ' ~ inputs.who] * inputs.times }}"}
outputs: {text: text}
`;

describe('sluice run', () => {
  it('reads a flow, inputs from file and line, and gives one document', async () => {
    put('greet.yaml', GREET);
    put('inputs.yaml', 'who: Ada\ntimes: 3\n');
    const words = ['run', 'greet.yaml', '--inputs', 'inputs.yaml', '-i', 'times=2', '--json'];
    const { exit, out, err } = await sluice(words);
    expect(err).toBe('');
    expect(exit).toBe(0);
    const document = JSON.parse(out);
    expect(Object.keys(document)).toEqual(['status', 'outputs', 'steps']);
    expect(document.status).toBe('completed');
    expect(document.outputs).toEqual({ text: ['Hello Ada', 'Hello Ada'] });
    expect(Object.keys(document.steps[0])).toEqual(['node', 'path', 'status', 'attempts', 'ms']);
  });

  it('reads standard input', async () => {
    const { exit, out } = await sluice(['run', '-', '-i', 'who=Bo'], { input: GREET });
    expect(exit).toBe(0);
    expect(out).toContain('"Hello Bo"');
  });

  it('writes no escape sequence into a pipe', async () => {
    const { out, err } = await sluice(['run', put('g.yaml', GREET), '-i', 'who=Bo']);
    expect(out + err).not.toContain('\u001b');
    expect(out).toContain('done      text');
  });

  it('refuses a missing input, a wrong one and an unknown one, and runs nothing', async () => {
    put('greet.yaml', GREET);
    const none = await sluice(['run', 'greet.yaml']);
    expect(none.exit).toBe(2);
    expect(none.err).toContain('the input who is required [INPUT_MISSING]');
    const wrong = await sluice(['run', 'greet.yaml', '-i', 'who=A', '-i', 'times=often']);
    expect(wrong.exit).toBe(2);
    expect(wrong.err).toContain('[INPUT_INVALID]');
    const unknown = await sluice(['run', 'greet.yaml', '-i', 'whoo=A', '--json']);
    expect(unknown.exit).toBe(2);
    const { status, error } = JSON.parse(unknown.out);
    expect(status).toBe('refused');
    expect(error.problems.map((problem: { code: string }) => problem.code)).toContain(
      'UNKNOWN_INPUT',
    );
  });

  it('ends with 1 and the place in the file when a node fails', async () => {
    const flow = `name: f\nnodes:\n  a:\n    type: javascript\n    config:
      code: |
        const user = {};
        return user.address.city;
outputs: {a: a}
`;
    const { exit, out } = await sluice(['run', put('fails.yaml', flow)]);
    expect(exit).toBe(1);
    expect(out).toContain('at fails.yaml:8:');
    expect(out).toContain('return user.address.city;');
  });

  it('repeats code that throws as often as its policy says, with growing waits', async () => {
    const flow = `name: r
nodes:
  a:
    type: javascript
    config: {code: "throw new Error('always')"}
    retry: {attempts: 3, backoff: 1ms}
`;
    const { exit, out } = await sluice(['run', put('retry.yaml', flow), '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(out).steps).toMatchObject([{ node: 'a', status: 'failed', attempts: 3 }]);
  });

  it('indents the lines of a message that code wrote, so that none looks like ours', async () => {
    const flow = `name: spoof
nodes:
  a: {type: javascript, config: {code: "throw new Error('x\\\\ncompleted in 1 ms')"}}
`;
    const { out } = await sluice(['run', put('spoof.yaml', flow)]);
    expect(out).toContain('\n    completed in 1 ms');
    expect(out).not.toContain('\ncompleted in 1 ms');
  });

  it('cancels on Ctrl-C, says so, and leaves no worker behind', async () => {
    const flow = `name: slow
nodes:
  first: {type: template, config: {template: go}}
  wait: {type: delay, depends_on: [first], config: {duration: 60s}}
  spin:
    type: javascript
    depends_on: [first]
    config: {code: "while (true) {}", timeout: 60s}
`;
    const stop = { once: 'done      first', signal: 'SIGINT' } as const;
    const { exit, out } = await sluice(['run', put('slow.yaml', flow)], { stop });
    expect(exit).toBe(1);
    expect(out).toContain('cancelled');
    expect(out).toContain('[EXECUTION_CANCELLED]');
  });

  it('keeps files inside the workspace', async () => {
    put('work/data.txt', 'inside');
    put('outside.txt', 'outside');
    const flow = `name: files
inputs: {path: string}
nodes:
  read: {type: file, config: {path: "{{ inputs.path }}"}}
outputs: {text: read}
`;
    put('files.yaml', flow);
    const run = (path: string) =>
      sluice(['run', 'files.yaml', '-w', 'work', '-i', `path=${path}`, '--json']);
    expect(JSON.parse((await run('data.txt')).out).outputs).toEqual({ text: 'inside' });
    const refused = await run('../outside.txt');
    expect(refused.exit).toBe(1);
    expect(JSON.parse(refused.out).error.code).toBe('PATH_REFUSED');
    expect(refused.out).not.toContain('"outside"');
  });

  it('refuses a workspace that is no folder, and a flow that is no file', async () => {
    put('greet.yaml', GREET);
    const workspace = await sluice(['run', 'greet.yaml', '-i', 'who=A', '-w', 'nowhere']);
    expect(workspace.err).toContain('the workspace nowhere is not a folder [FILE_NOT_FOUND]');
    expect(workspace.exit).toBe(2);
    const folderAsFlow = await sluice(['run', '.']);
    expect(folderAsFlow.exit).toBe(2);
    expect(folderAsFlow.err).toContain('. is not a file [FILE_NOT_FOUND]');
  });
});

describe('settings', () => {
  it('are read from the environment, and every wrong one is named', async () => {
    put('greet.yaml', GREET);
    const env = { SLUICE_MAX_YAML_SIZ: '1', HTTP_TIMEOUT: 'soon' };
    const { exit, err } = await sluice(['validate', 'greet.yaml'], { env });
    expect(exit).toBe(2);
    expect(err).toContain('SLUICE_MAX_YAML_SIZ');
    expect(err).toContain('HTTP_TIMEOUT');
  });

  it('bound the size of a flow', async () => {
    put('greet.yaml', `${GREET}# ${'x'.repeat(2000)}\n`);
    const env = { MAX_YAML_SIZE: '1024' };
    const { exit, out } = await sluice(['validate', 'greet.yaml'], { env });
    expect(exit).toBe(2);
    expect(out).toContain('[FLOW_TOO_LARGE]');
  });

  it('are not needed for help', async () => {
    const { exit, out } = await sluice(['--help'], { env: { SLUICE_NOPE: '1' } });
    expect(exit).toBe(0);
    expect(out).toContain('Usage: sluice');
  });
});

describe('sluice validate', () => {
  it('judges every example as valid', async () => {
    const names = ['hello', 'company-pipeline', 'licence-report', 'log-triage', 'reconcile'];
    const root = fileURLToPath(new URL('../../examples/', import.meta.url));
    const files = names.map((name) => `${root}${name}/flow.yaml`);
    const { exit, out } = await sluice(['validate', ...files, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(out).valid).toBe(true);
  });

  it('keeps the shape of its document for a file that is not there', async () => {
    const { exit, out } = await sluice(['validate', 'nowhere.yaml', '--json']);
    expect(exit).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      problems: [{ severity: 'error', code: 'FILE_NOT_FOUND', line: 1, column: 1, path: '' }],
    });
  });

  it('gives the flow of the help text as valid', async () => {
    const { out } = await sluice(['--help']);
    const flow = out.slice(out.indexOf('  name: hello'), out.indexOf('  $ sluice run hello'));
    const { exit } = await sluice(['validate', '-'], { input: flow.replace(/^ {2}/gm, '') });
    expect(exit).toBe(0);
  });

  it('gives the flow of the README as valid and runs it', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const flow = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const { exit, out } = await sluice(['run', put('readme.yaml', flow), '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(out).outputs).toEqual({
      greetings: ['Hello, Ada!', 'Hello, Grace!', 'Hello, Barbara!'],
    });
  });
});
