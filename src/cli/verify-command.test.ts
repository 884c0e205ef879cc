import { describe, expect, it } from 'vitest';
import type { JailPosture } from '../contract/index.ts';
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

const MISSING = {
  why: 'bubblewrap is not installed',
  remedy: 'Install it: apt install bubblewrap.',
};

const KERNEL: JailPosture = {
  kind: 'kernel',
  layers: [
    { name: 'namespaces', isOn: true, detail: 'its own users, files and processes' },
    { name: 'control group', isOn: false, detail: 'there is none that we may write' },
  ],
  attacks: [
    { attack: 'read /etc/passwd', isStopped: true, met: 'ENOENT' },
    { attack: 'open a socket', isStopped: true, met: 'EPERM' },
  ],
  languages: {
    javascript: { state: 'jailed', interpreter: 'QuickJS in Node v20.20.2' },
    python: { state: 'jailed', interpreter: 'CPython 3.11.2', modules: { numpy: '1.24.2' } },
  },
};

const OPEN: JailPosture = {
  kind: 'process',
  layers: [],
  attacks: [
    { attack: 'read /etc/passwd', isStopped: false, met: 'got 12\u001b[2J lines' },
    { attack: 'open a socket', isStopped: true, met: 'EPERM' },
    { attack: 'read /proc/1/environ', isStopped: false, met: 'got 12\u001b[2J lines' },
  ],
  languages: {
    javascript: { state: 'process', interpreter: 'QuickJS in Node v20.20.2', problem: MISSING },
    python: { state: 'refused', problem: { why: 'there is no Python', remedy: 'Install it.' } },
  },
  problem: MISSING,
};

describe('sluice verify, behind the claims', () => {
  const claims = async () => ({
    readClaims: () => CLAIMS,
    runClaims: async () => ({ passed: [], failed: [] }),
  });
  const usual = { all: false, json: false, run: false };
  const jailOf = async (held: JailPosture) => {
    const terminal = fakeTerminal({ columns: 200 });
    const context = { terminal, claims, posture: async () => held };
    expect(await verifyCommand(context, usual)).toBe(0);
    const { out } = terminal.written;
    return out.slice(out.indexOf('code jail')).split('\n');
  };

  it('says what the jail is made of, which attacks it stopped and what may run', async () => {
    expect(await jailOf(KERNEL)).toEqual([
      'code jail: kernel; 1 of 2 layers on; 2 of 2 attacks stopped',
      '',
      'layer          state  what',
      'namespaces     on     its own users, files and processes',
      'control group  off    there is none that we may write',
      '',
      'language    state        interpreter               modules',
      'javascript  in the jail  QuickJS in Node v20.20.2',
      'python      in the jail  CPython 3.11.2            numpy 1.24.2',
      '',
    ]);
  });

  it('names the attacks that got through, and each problem once with its remedy', async () => {
    expect(await jailOf(OPEN)).toEqual([
      'code jail: none, only processes with limits; 1 of 3 attacks stopped',
      '',
      'language    state         interpreter               modules',
      'javascript  in a process  QuickJS in Node v20.20.2',
      'python      refused',
      '',
      'not stopped: read /etc/passwd, read /proc/1/environ',
      '  got 12\\u001b[2J lines',
      'jail: bubblewrap is not installed',
      '  Install it: apt install bubblewrap.',
      'python: there is no Python',
      '  Install it.',
      '',
    ]);
  });

  it('has it in its document, and alone where the table is not part of the program', async () => {
    const posture = async () => KERNEL;
    const whole = fakeTerminal();
    await verifyCommand({ terminal: whole, claims, posture }, { ...usual, json: true });
    expect(JSON.parse(whole.written.out)).toMatchObject({ counts: { held: 1 }, sandbox: KERNEL });
    const alone = fakeTerminal();
    expect(await verifyCommand({ terminal: alone, posture }, { ...usual, json: true })).toBe(0);
    expect(JSON.parse(alone.written.out)).toEqual({ sandbox: KERNEL });
    const text = fakeTerminal({ columns: 200 });
    await verifyCommand({ terminal: text, posture }, usual);
    expect(text.written.out).toMatch(/^code jail: kernel/);
    for (const asked of [{ all: true }, { run: true }, { guide: 4 }, { state: 'open' as const }]) {
      const refused = verifyCommand({ terminal: fakeTerminal(), posture }, { ...usual, ...asked });
      await expect(refused).rejects.toMatchObject({ code: 'USAGE' });
    }
  });
});
