import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyLines, verifyCopy } from '../../src/audit/index.ts';
import { signatureOf } from '../../src/audit/webhook.ts';
import { A, auditOf, B } from '../store/open-test-store.ts';
import { auditOver, keptLog, type StoreWorld, storeWorld } from './audit-world.ts';
import { KEYS } from './chain-model.ts';

const HOSTILE = 'a\u0000b\r\nforged\u2028\u2029\u0085\u001b[2J\u009b31m\u202e\ufffe\ud800"\\';

let world: StoreWorld;
let folder: string;
beforeAll(async () => {
  world = await storeWorld();
  folder = await mkdtemp(join(tmpdir(), 'sluice-audit-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(account: typeof A, count: number) {
  const rows = Array.from({ length: count }, (_, index) =>
    auditOf(HOSTILE, { actor: HOSTILE, targetId: `${index}`, details: { [HOSTILE]: index } }),
  );
  await world.store.account(account).audit.appendAll(rows);
}

const verifyFile = (path: string) => verifyCopy(copyLines(path), KEYS);
const textOf = (path: string) => readFile(path, 'utf8');

describe('the copy in a file', () => {
  it('has every record and checkpoint once, whatever happened between', async () => {
    const path = join(folder, 'copy.jsonl');
    const file = { file: path };
    const first = auditOver(world.store, file);
    await write(A, 5);
    await write(B, 2);
    await first.sealNow();
    await write(A, 3);
    await first.sealNow();
    await first.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);

    // A crash: half of a line at the end, and a record whose checkpoint was not written.
    const lines = (await textOf(path)).trimEnd().split('\n');
    expect(lines).toHaveLength(13);
    await truncate(path, Buffer.byteLength(`${lines.slice(0, -1).join('\n')}\n`));
    await appendFile(path, lines.at(-1)?.slice(0, 50) ?? '');
    await write(B, 1);
    const second = auditOver(world.store, file);
    await second.sealNow();
    await second.close();

    expect(await verifyFile(path)).toMatchObject({
      isIntact: true,
      lines: 15,
      accounts: [
        { account: 'a', checked: 8, lastSequence: 8, checkpoints: 2 },
        { account: 'b', checked: 3, lastSequence: 3, checkpoints: 2 },
      ],
    });
  });

  it('G4.239 keeps what a field holds inside its line, and gives it back', async () => {
    const text = await textOf(join(folder, 'copy.jsonl'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
    expect(text).not.toContain('\nforged');
    const [record] = text.split('\n').map((line) => (line === '' ? {} : JSON.parse(line)));
    expect(record).toMatchObject({ kind: 'record', account: 'a', sequence: 1 });
    expect(Object.keys(record.details)).toHaveLength(1);
  });

  it('is begun anew, with all that there is, when it was moved away', async () => {
    const path = join(folder, 'moved.jsonl');
    const audit = auditOver(world.store, { file: path });
    await audit.sealNow();
    await rename(path, `${path}.1`);
    await write(A, 1);
    await audit.sealNow();
    await audit.close();
    for (const one of [path, `${path}.1`]) {
      expect(await verifyFile(one)).toMatchObject({ isIntact: true });
    }
    const { accounts } = await verifyFile(path);
    expect(accounts.find(({ account }) => account === 'a')).toMatchObject({ checked: 9 });
  });

  it('shows every changed, missing, added or moved line, with no database at all', async () => {
    const lines = (await textOf(join(folder, 'copy.jsonl'))).trimEnd().split('\n');
    expect(await verifyCopy(lines, KEYS)).toMatchObject({ isIntact: true });
    const changes: (readonly [string, readonly string[]])[] = [
      ...lines.map((line, at) => ['edit', lines.with(at, line.replace('"', '" '))] as const),
      ...lines.map(
        (line, at) =>
          ['edit a value', lines.with(at, line.replace(/"time":"2/, '"time":"1'))] as const,
      ),
      ...lines.flatMap((line, at) =>
        line.includes('"kind":"record"') && at < 8
          ? [
              ['remove', lines.toSpliced(at, 1)] as const,
              ['twice', lines.toSpliced(at, 0, line)] as const,
              ['to the end', [...lines.toSpliced(at, 1), line]] as const,
            ]
          : [],
      ),
      ['another account', lines.map((line) => line.replace('"account":"b"', '"account":"c"'))],
    ];
    for (const [name, changed] of changes) {
      expect({ name, ...(await verifyCopy(changed, KEYS)) }).toMatchObject({
        name,
        isIntact: false,
      });
    }
    expect(changes.length).toBeGreaterThan(40);
  });
});

describe('the copy at an address', () => {
  it('gets every line in order, signed, and again after it failed', async () => {
    const got: { body: string; signature: string; authorization: string | undefined }[] = [];
    let status = 500;
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => {
        const signature = String(request.headers['x-sluice-signature']);
        got.push({ body, signature, authorization: request.headers.authorization });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const log = keptLog();
    const webhookUrl = `http://who:s%2Fcret@127.0.0.1:${port}/audit`; // not-a-secret
    const audit = auditOver(world.store, { webhookUrl, log });
    await audit.sealNow().catch(() => undefined);
    status = 204;
    got.length = 0;
    await audit.sealNow();
    await write(A, 2);
    await audit.sealNow();
    await audit.sealNow();
    await audit.close();
    server.close();

    const report = await verifyCopy(
      got.flatMap(({ body }) => body.trimEnd().split('\n')),
      KEYS,
    );
    expect(report).toMatchObject({ isIntact: true, accounts: [{ checked: 11 }, { checked: 3 }] });
    for (const { body, signature, authorization } of got) {
      const at = Number(/^t=(\d+),/.exec(signature)?.[1]);
      expect(signature).toBe(signatureOf(body, { key: KEYS.webhookKey, at }));
      expect(authorization).toBe(`Basic ${Buffer.from('who:s/cret').toString('base64')}`);
    }
    expect(JSON.stringify(log.lines)).not.toContain('cret');
  });
});
