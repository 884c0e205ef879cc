import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeClone, npmStart, type Started, startIn, unusedPort } from './clone.ts';

const EXAMPLES_ARE_THERE = 'example flows are there to try';
const STOP = 'stop     Ctrl-C';

let clone: ReturnType<typeof makeClone>;
let port = 0;
const running = new Set<Started>();

beforeAll(async () => {
  clone = makeClone();
  port = await unusedPort();
});

afterEach(async () => {
  for (const one of running) {
    one.signalGroup('SIGINT');
    await one.ended;
  }
  running.clear();
});

afterAll(() => clone.remove());

function start(more: Readonly<Record<string, string>> = {}): Started {
  const started = npmStart(clone.folder, { PORT: String(port), ...more });
  running.add(started);
  return started;
}

const keyInFile = () =>
  /^ADMIN_API_KEYS=(\S+)$/m.exec(readFileSync(join(clone.folder, '.env'), 'utf8'))?.[1] ?? 'none';
const countOf = (text: string, part: string) => text.split(part).length - 1;

async function flowNames(): Promise<readonly string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/flows?limit=100`, {
    headers: { 'X-API-Key': keyInFile() },
  });
  expect(answer.status).toBe(200);
  const { items } = (await answer.json()) as { items: readonly { name: string }[] };
  return items.map(({ name }) => name).sort();
}

const sluice = (...words: readonly string[]) =>
  startIn(clone.folder, [process.execPath, 'bin/sluice.js', ...words], { PORT: String(port) });

// One story after another on one clone, as a person lives it.
describe('npm start', () => {
  let names: readonly string[] = [];

  it('the first time writes .env, serves, shows the key once and puts the examples', async () => {
    const first = start();
    await first.printed(EXAMPLES_ARE_THERE);
    names = await flowNames();
    expect(names).toContain('hello');
    expect(new Set(names).size).toBe(names.length);
    const run = sluice('flows', 'run', 'hello', '--input', 'who=Ada', '--json');
    expect(await run.ended).toBe(0);
    first.signalGroup('SIGINT');
    await first.ended;
    expect(first.text()).toMatch(/\nstopped\n$/);
    expect(first.text()).toContain(`address  http://127.0.0.1:${port}\n`);
    expect(countOf(first.text(), keyInFile())).toBe(1);
    expect(first.text()).not.toContain('{"level"');
  });

  it('later keeps the data, shows no key and puts no example again', async () => {
    const later = start();
    await later.printed(STOP);
    expect(await flowNames()).toEqual(names);
    later.signalGroup('SIGHUP');
    // npm itself may end by the signal; the server has ended cleanly.
    await later.ended;
    expect(later.text()).toMatch(/\nstopped\n$/);
    expect(later.text()).not.toContain(keyInFile());
    expect(later.text()).not.toContain(EXAMPLES_ARE_THERE);
  });

  it('finishes a first start that was interrupted, without a second flow of one name', async () => {
    writeFileSync(join(clone.folder, '.cache', 'first-start'), 'key\n');
    const again = start();
    await again.printed(EXAMPLES_ARE_THERE);
    expect(countOf(again.text(), keyInFile())).toBe(1);
    expect(await flowNames()).toEqual(names);
    expect(existsSync(join(clone.folder, '.cache', 'first-start'))).toBe(false);
  });

  it('refuses a second start on the same data with the reason, also on another port', async () => {
    const first = start();
    await first.printed(STOP);
    for (const env of [{}, { PORT: '0' }]) {
      const second = start(env);
      expect(await second.ended).not.toBe(0);
      expect(second.text()).toMatch(/data folder \S+ is in use by process \d+ \[DATA_DIR_TAKEN\]/);
    }
    expect(await flowNames()).toEqual(names);
  });
});

describe('npm start where it may not write', () => {
  it('names the place and the remedy, without a stack', async () => {
    const other = makeClone();
    try {
      // Not a matter of rights, so that it also holds for root: a file is where .cache should be.
      writeFileSync(join(other.folder, '.cache'), '');
      const started = npmStart(other.folder, { PORT: String(port) });
      expect(await started.ended).toBe(1);
      expect(started.text()).toMatch(/error: \S+\.cache cannot be written \(EEXIST\)\n {2}Give /);
      expect(started.text()).not.toContain('    at ');
    } finally {
      other.remove();
    }
  });
});

describe.runIf(process.platform === 'linux')('npm start leaves nothing behind', () => {
  // npm hands SIGTERM to its shell, which ends and left the server running without an owner.
  it.each(['SIGTERM', 'SIGKILL'] as const)('when npm alone is ended by %s', async (signal) => {
    const started = start();
    await started.printed(STOP);
    started.child.kill(signal);
    // Every process that holds the output has ended.
    await started.ended;
    expect(started.text()).toMatch(/\nstopped\n$/);
    const next = start();
    await next.printed(STOP);
  });
});
