import { describe, expect, it } from 'vitest';
import { fakeTerminal } from './fake-terminal.ts';
import { type Claim, type Claims, type VerifyOptions, verifyCommand } from './verify-command.ts';

const CLAIMS: readonly Claim[] = [
  made('G1.001', 'A secret is required', 'held'),
  made('G1.002', 'Two secrets', 'differs', { note: 'Four are.' }),
  made('G4.001', 'It is \u001b[2Jsafe', 'open', { guide: 'other', tests: [] }),
];

function made(id: string, claim: string, state: Claim['state'], more: Partial<Claim> = {}): Claim {
  const tests = ['test/claims/a.test.ts'];
  return { id, guide: 'first', section: 'Secrets', claim, check: 'try', state, tests, ...more };
}

async function verify(
  options: Partial<VerifyOptions>,
  ended: Awaited<ReturnType<Claims['runClaims']>> = { passed: [], failed: [] },
) {
  const terminal = fakeTerminal({ columns: 200 });
  const claims = async () => ({ readClaims: () => CLAIMS, runClaims: async () => ended });
  const all = { all: false, json: false, run: false, ...options };
  const exit = await verifyCommand({ terminal, claims }, all);
  return { exit, ...terminal.written };
}

describe('sluice verify', () => {
  it('counts, and has a line for each section of a guide', async () => {
    const { exit, out } = await verify({});
    expect(exit).toBe(0);
    expect(out.split('\n')).toEqual([
      '3 claims: 1 held, 1 differ, 1 open',
      '',
      'guide  section  held  differ  open',
      'first  Secrets     1       1     0',
      'other  Secrets     0       0     1',
      '',
    ]);
  });

  it('lists each claim with its state, its test and what holds instead', async () => {
    const { out } = await verify({ all: true });
    expect(out).toContain('G1.001  held');
    expect(out).toContain('test/claims/a.test.ts');
    expect(out).toContain('G1.002 differs: Four are.');
    // A table that somebody changed moves no cursor.
    expect(out).not.toContain('\u001b');
  });

  it('takes those of one guide or in one state', async () => {
    expect((await verify({ guide: 4 })).out).toContain('1 claims: 0 held, 0 differ, 1 open');
    const { out } = await verify({ state: 'held', all: true });
    expect(out).toContain('G1.001');
    expect(out).not.toContain('G1.002');
    expect((await verify({ guide: 5 })).out).toBe('0 claims: 0 held, 0 differ, 0 open\n');
  });

  it('gives one document', async () => {
    const { counts, claims } = JSON.parse((await verify({ json: true })).out);
    expect(counts).toEqual({ held: 1, differs: 1, open: 1 });
    expect(claims).toEqual(CLAIMS);
  });

  it('fails when the test of a claim fails, and only then', async () => {
    const good = await verify({ run: true }, { passed: ['G1.001', 'G1.002'], failed: [] });
    expect(good.exit).toBe(0);
    expect(good.out).toMatch(/^G1\.001 +held +passed/m);
    expect(good.out).toMatch(/^G4\.001 +open +- /m);
    const bad = await verify({ run: true }, { passed: ['G1.001'], failed: ['G1.002'] });
    expect(bad.exit).toBe(1);
    expect(bad.out).toMatch(/^G1\.002 +differs +failed/m);
    const json = await verify({ run: true, json: true }, { passed: [], failed: ['G1.002'] });
    expect(json.exit).toBe(1);
    expect(JSON.parse(json.out).claims).toMatchObject([
      { outcome: 'not run' },
      { outcome: 'failed' },
      { outcome: 'not run' },
    ]);
  });

  it('says so where the tests cannot run', async () => {
    const claims = async () => ({
      readClaims: () => CLAIMS,
      runClaims: () => Promise.reject(new Error('no vitest')),
    });
    const options = { all: false, json: false, run: true };
    await expect(
      verifyCommand({ terminal: fakeTerminal(), claims }, options),
    ).rejects.toMatchObject({
      code: 'USAGE',
      message: 'the tests of the claims cannot run: no vitest',
    });
  });

  it('says so where there is no table', async () => {
    const options = { all: false, json: false, run: false };
    await expect(verifyCommand({ terminal: fakeTerminal() }, options)).rejects.toMatchObject({
      code: 'USAGE',
      remedy: expect.stringContaining('clone'),
    });
  });
});
