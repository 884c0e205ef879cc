import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from './create-log.ts';
import { streamDestination } from './destination.ts';

const SECRET = 'made-up-for-this-test-0123456789'; // not-a-secret

function logged(
  use: (log: ReturnType<typeof createLog>) => void,
  options: Partial<LogOptions> = {},
) {
  const lines: string[] = [];
  const log = createLog({
    level: 'info',
    secrets: [SECRET],
    clock: { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) },
    form: 'json',
    destination: { write: (line) => lines.push(line) },
    ...options,
  });
  use(log);
  return lines;
}

function parsed(line: string | undefined): Record<string, unknown> {
  return JSON.parse(line ?? '');
}

describe('createLog', () => {
  it('G5.282 writes one JSON object a line, with level, time and message', () => {
    const lines = logged((log) => {
      log.debug('left out');
      log.info('one', { flow: 'a', count: 2 });
      log.with({ process: 'p1' }).warn('two', { error: new Error('why') });
    });
    expect(lines[0]).toBe(
      '{"level":"info","time":"2026-01-02T03:04:05.006Z","message":"one","flow":"a","count":2}\n',
    );
    expect(parsed(lines[1])).toMatchObject({
      level: 'warn',
      process: 'p1',
      message: 'two',
      error: { name: 'Error', message: 'why' },
    });
    expect(parsed(lines[1]).error).toHaveProperty('stack', expect.stringContaining('.test.ts'));
    expect(lines).toHaveLength(2);
  });

  it.each([
    'ada\n{"level":"info","message":"signed in as admin"}',
    'ada\r\nforged',
    'ada\u0085forged',
    'ada\u2028forged\u2029',
    'ada\u001b[2K\u001b[1Aforged',
    'ada\u009b31mforged',
    'ada\u202egnip',
    'ada\0forged',
  ])('G4.239 keeps a user name on its line: %j', (user) => {
    for (const form of ['json', 'spoken'] as const) {
      const lines = logged((log) => log.warn(user, { user, [user]: user }), { form });
      expect(lines).toHaveLength(1);
      const line = lines[0] ?? '';
      expect(line.indexOf('\n')).toBe(line.length - 1);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
      expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
      if (form === 'json') expect(parsed(line).user).toBe(user);
    }
  });

  it('keeps the stack of an error on lines that no forger can write', () => {
    const [line] = logged(
      (log) => log.error('broken', { error: new Error('a\n12:00:00 info  x') }),
      {
        form: 'spoken',
      },
    );
    const [head, ...rest] = (line ?? '').trimEnd().split('\n');
    expect(head).toBe('03:04:05 error broken');
    expect(rest.length).toBeGreaterThan(1);
    for (const part of rest) expect(part).toMatch(/^ {4}/);
  });

  it('shows no secret, by value or by name', () => {
    const lines = logged((log) => {
      log.info(`message ${SECRET}`, {
        note: `it is ${SECRET}`,
        hex: Buffer.from(SECRET).toString('hex'),
        password: 'x7',
        headers: { authorization: 'Bearer x7' },
        error: new Error('no', { cause: { secret: SECRET, url: `https://a:${SECRET}@b/` } }),
      });
      log.with({ token: 'x7', note: SECRET }).info('bound');
    });
    expect(lines.join('')).not.toContain(SECRET);
    expect(lines.join('')).not.toContain('x7');
  });

  it('lets no field stand in for level, time or message', () => {
    const [line] = logged((log) =>
      log.info('real', { level: 'error', time: 0, message: 'forged' }),
    );
    expect(parsed(line)).toMatchObject({ level: 'info', message: 'real', message_: 'forged' });
    expect(line?.match(/"message"/g)).toHaveLength(1);
  });

  it('writes a short line for a person', () => {
    const use = (log: ReturnType<typeof createLog>) =>
      log.info('serving', { address: 'http://127.0.0.1:8000', note: 'two words', count: 3 });
    expect(logged(use, { form: 'spoken' })).toEqual([
      '03:04:05 info  serving address=http://127.0.0.1:8000 note="two words" count=3\n',
    ]);
    expect(logged(use, { form: 'spoken', hasColour: true })[0]).toContain(
      '\u001b[36minfo \u001b[0m',
    );
  });

  it('never throws, whatever it is given and wherever it writes', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('called');
        },
      },
    );
    const lines = logged((log) => {
      log.info('circle', circle);
      log.info('proxy', proxy);
      log.info('member', { proxy, big: 1n, text: '\ud800' });
    });
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(parsed(line).level).toBe('info');
    const destination = {
      write: () => {
        throw new Error('no space left');
      },
    };
    expect(() => logged((log) => log.info('lost'), { destination })).not.toThrow();
  });
});

describe('streamDestination', () => {
  it('drops and counts lines while the reader is slow, and says so', () => {
    const written: string[] = [];
    const stream = { writableLength: 0, write: (text: string) => written.push(text) > 0 };
    const destination = streamDestination(stream);
    destination.write('1\n');
    stream.writableLength = 2 * 1024 * 1024;
    destination.write('2\n');
    destination.write('3\n');
    stream.writableLength = 0;
    destination.write('4\n');
    expect(written.map((line) => line.trim())).toEqual([
      '1',
      '{"level":"warn","message":"lines of the log were dropped","lines":2}',
      '4',
    ]);
  });
});
