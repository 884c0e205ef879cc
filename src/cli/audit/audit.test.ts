import { describe, expect, it } from 'vitest';
import { createClient } from '../../contract/index.ts';
import type { CommandContext } from '../command-context.ts';
import { FAKE_KEY, type FakeRoutes, fakeTransport } from '../fake-server.ts';
import { fakeTerminal } from '../fake-terminal.ts';
import type { AuditCopyReport } from './audit-copy.ts';
import { auditExportCommand, auditListCommand } from './read-commands.ts';
import { auditVerifyCommand } from './verify-commands.ts';

const HOSTILE = 'ada\r\nforged\u001b[2J\u2028\u009b31m\0';
const MAC = 'a'.repeat(64);

const line = (sequence: number, mac = MAC) =>
  `{"kind":"record","account":"a","sequence":${sequence},"id":"i","mac":"${mac}"}\n`;
const report = (more: object = {}) => ({
  isIntact: true,
  checked: 3,
  unsealed: 1,
  firstSequence: 1,
  lastSequence: 3,
  checkpoints: 2,
  publicKey: 'f'.repeat(64),
  ...more,
});
const copy = (more: Partial<AuditCopyReport['accounts'][number]> = {}): AuditCopyReport => ({
  isIntact: more.isIntact ?? true,
  lines: 5,
  publicKey: 'f'.repeat(64),
  accounts: [{ account: 'a', ...report(), lastMac: MAC, ...more }],
});

function world(routes: FakeRoutes, given?: AuditCopyReport) {
  const { transport, requests } = fakeTransport(routes);
  const terminal = fakeTerminal();
  const context = {
    terminal,
    remote: {
      environment: { server: 'http://127.0.0.1:1', apiKey: FAKE_KEY },
      readProfile: async () => undefined,
      openClient: async () =>
        createClient({ baseUrl: 'http://127.0.0.1:1', apiKey: FAKE_KEY, transport }),
    },
    signal: new AbortController().signal,
    now: () => Date.parse('2026-03-01T12:00:00.000Z'),
    ...(given === undefined ? {} : { auditCopy: async () => given }),
  } as unknown as CommandContext; // What these commands use of it.
  return { context, terminal, requests };
}

describe('sluice audit', () => {
  it('G4.239 lists what was done with every field on its line', async () => {
    const item = {
      id: 'x',
      at: '2026-03-01T11:00:00.000Z',
      actor: HOSTILE,
      action: HOSTILE,
      targetKind: 'flow',
      targetId: HOSTILE,
      outcome: 'done',
      address: '192.0.2.1',
      sequence: 7,
    };
    for (const json of [false, true]) {
      const { context, terminal } = world({ 'GET /api/v1/audit': { body: { items: [item] } } });
      expect(await auditListCommand(context, { json, limit: 10 })).toBe(0);
      const { out } = terminal.written;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/);
      if (!json) expect(out.trimEnd().split('\n')).toHaveLength(2);
    }
  });

  it('exports page by page until there is no more', async () => {
    const pages = [line(1) + line(2), line(3), ''];
    const { context, terminal, requests } = world({
      'GET /api/v1/audit/export': () => ({
        text: pages.shift() ?? '',
        headers: { 'content-type': 'application/x-ndjson' },
      }),
    });
    expect(await auditExportCommand(context, {})).toBe(0);
    expect(terminal.written.out).toBe(line(1) + line(2) + line(3));
    expect(requests.map(({ at }) => at.searchParams.get('afterSequence'))).toEqual(['0', '2', '3']);
  });

  it('says whether the chain is intact, and which record is the first bad one', async () => {
    const good = world({ 'GET /api/v1/audit/verify': { body: report() } });
    expect(await auditVerifyCommand(good.context, { json: false, compare: false })).toBe(0);
    expect(good.terminal.written.out).toContain('intact: 3 records (1 to 3)');
    const firstBad = { sequence: 2, id: 'i', why: 'changed' };
    const bad = world({
      'GET /api/v1/audit/verify': { body: report({ isIntact: false, firstBad }) },
    });
    await expect(
      auditVerifyCommand(bad.context, { json: false, compare: false }),
    ).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      message: expect.stringContaining('record is 2'),
    });
    expect(await auditVerifyCommand(bad.context, { json: true, compare: false })).toBe(1);
  });

  it('checks a copy without asking any server', async () => {
    const { context, terminal, requests } = world({}, copy());
    const options = { json: false, compare: false, file: 'copy.jsonl' };
    expect(await auditVerifyCommand(context, options)).toBe(0);
    expect(terminal.written.out).toContain('intact: account a: 3 records');
    expect(requests).toEqual([]);
    const firstBad = { line: 4, sequence: 3, why: 'changed' };
    const bad = world({}, copy({ isIntact: false, firstBad }));
    await expect(auditVerifyCommand(bad.context, options)).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
    });
  });

  it.each([
    ['has all of it', {}, line(3), 'done'],
    ['has other records', {}, line(3, 'b'.repeat(64)), 'AUDIT_BROKEN'],
    ['lost its end', { lastSequence: 2 }, '', 'AUDIT_BROKEN'],
    ['is broken itself', { isIntact: false }, line(3), 'AUDIT_BROKEN'],
    ['removed it with a cut', { firstSequence: 9, lastSequence: 12 }, line(9), 'done'],
  ])('compares the copy with a server that %s', async (_name, served, text, expected) => {
    const { context } = world(
      {
        'GET /api/v1/me': { body: { id: 'p', kind: 'operator', account: 'a', permissions: [] } },
        'GET /api/v1/audit/verify': { body: report(served) },
        'GET /api/v1/audit/export': {
          text,
          headers: { 'content-type': 'application/x-ndjson' },
        },
      },
      copy(),
    );
    const done = auditVerifyCommand(context, { json: false, compare: true, file: 'c' }).then(
      () => 'done',
      (error: { readonly code?: string }) => error.code ?? String(error),
    );
    expect(await done).toBe(expected);
  });
});
