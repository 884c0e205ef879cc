import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors/index.ts';
import { type CodeRunner, codeRunner } from '../../src/sandbox/code-runner.ts';

/**
 * What the server does when the process for code is not what it should be: it cannot be started, it
 * dies, or someone has taken it over and answers as they like. Each fake speaks the protocol badly.
 */
let runner: CodeRunner | undefined;
afterEach(async () => {
  await runner?.close();
  expect(runner?.pids).toEqual([]);
});

const SEND = `
  function send(header, body = '', length = Buffer.byteLength(header)) {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(length, 0);
    prefix.writeUInt32BE(Buffer.byteLength(body), 4);
    process.stdout.write(Buffer.concat([prefix, Buffer.from(header), Buffer.from(body)]));
  }
  const READY = '{"kind":"ready"}';
  const REPLY = { kind: 'value', sequence: 1, retire: false, logs: [] };
  const VALUE = (more) => JSON.stringify({ ...REPLY, ...more });
  process.stdin.on('end', () => process.exit());
`;

async function errorOf(
  script: string,
  command: string = process.execPath,
): Promise<AppError | unknown> {
  const launch = { command, args: ['-e', SEND + script], env: {}, cwd: '/' };
  runner = codeRunner({ launch, namesUsed: () => [] }, { workers: 1, timeoutMs: 5_000 });
  const request = {
    code: 'return 1',
    names: {},
    timeoutMs: 200,
    memoryBytes: 1,
    seed: 1,
    nowMs: 1,
    signal: new AbortController().signal,
  };
  const error = await runner.run(request).catch((thrown: unknown) => thrown);
  // A second call meets the same fate: nothing hangs, nothing is left half open.
  const again = await runner.run(request).catch((thrown: unknown) => thrown);
  expect(again).toBeInstanceOf(AppError);
  return error;
}

describe('a process for code', () => {
  it.each([
    ['ends before it is ready', 'process.exit(3)'],
    ['ends in the call', "send(READY); process.stdin.once('data', () => process.exit(1))"],
    [
      'is killed in the call',
      "send(READY); process.stdin.once('data', () => process.kill(process.pid, 9))",
    ],
    ['writes what is no frame', "process.stdout.write('hello, this is not a frame at all')"],
    ['announces a header of 4 GB', "send('{}', '', 0xffffffff)"],
    ['sends a header that is not JSON', "send('{oops')"],
    ['sends a header of another shape', "send('[]')"],
    ['is ready twice', 'send(READY); send(READY)'],
    ['answers before it is ready', 'send(VALUE(), "1"); send(READY)'],
    [
      'answers another question',
      "send(READY); process.stdin.once('data', () => send(VALUE({ sequence: 7 }), '1'))",
    ],
    [
      'answers twice',
      "send(READY); process.stdin.once('data', () => { send(VALUE({ sequence: 9 })); })",
    ],
    [
      'answers with broken JSON',
      "send(READY); process.stdin.once('data', () => send(VALUE(), '{oops'))",
    ],
    ['answers with no body', "send(READY); process.stdin.once('data', () => send(VALUE(), ''))"],
    [
      'sends logs of another shape',
      "send(READY); process.stdin.once('data', () => send(VALUE({ logs: [{ level: 'x' }] }), '1'))",
    ],
    [
      'sends a body over the limit',
      "send(READY); process.stdin.once('data', () => send(VALUE(), 'x'.repeat(11 * 1024 * 1024)))",
    ],
  ])('that %s gives CODE_WORKER', async (_, script) => {
    expect(await errorOf(script)).toMatchObject({ code: 'CODE_WORKER', retryable: true });
  });

  it('that does not exist gives CODE_WORKER', async () => {
    expect(await errorOf('', '/nowhere/at/all')).toMatchObject({ code: 'CODE_WORKER' });
  });

  it('that never answers is killed at the deadline', async () => {
    expect(await errorOf('send(READY); process.stdin.resume()')).toMatchObject({
      code: 'CODE_TIMEOUT',
    });
  });

  it('keeps what it wrote to standard error out of the message', async () => {
    const error = await errorOf("console.error('SECRET in a crash'); process.exit(1)");
    expect(error).toMatchObject({ code: 'CODE_WORKER' });
    expect(String(error)).not.toContain('SECRET');
  });

  it('cannot hand over more than plain data', async () => {
    const deep = `'['.repeat(1000) + ']'.repeat(1000)`;
    const script = `send(READY); process.stdin.once('data', () => send(VALUE(), ${deep}))`;
    expect(await errorOf(script)).toMatchObject({ code: 'CODE_OUTPUT' });
  });
});
