import { describe, expect, it } from 'vitest';
import type { ConfigReport, ConfigTasks, SettingsProblem } from '../config/index.ts';
import { AppError } from '../errors/index.ts';
import { configCheckCommand } from './config-check-command.ts';
import { configGenerateCommand } from './config-generate-command.ts';
import { fakeTerminal } from './fake-terminal.ts';

const problem: SettingsProblem = {
  name: 'JWT_SECRET_KEY',
  source: '.env:3',
  message: 'JWT_SECRET_KEY is an example\u001b[2J that stands in a guide',
  remedy: 'Replace it.',
};
const warning: SettingsProblem = {
  name: 'HOST',
  source: 'default',
  message: 'HOST lets other machines connect',
  remedy: 'Set HOST=127.0.0.1.',
};
const GOOD: ConfigReport = {
  isGood: true,
  kind: 'server',
  isProduction: false,
  problems: [],
  warnings: [],
};

function context(report: ConfigReport = GOOD, generate?: ConfigTasks['generateConfig']) {
  const asked: unknown[] = [];
  const local: ConfigTasks = {
    checkConfig: (request) => {
      asked.push(request);
      return report;
    },
    generateConfig: (request) => {
      asked.push(request);
      return generate?.(request) ?? { path: '/srv/app/.env' };
    },
    printConfig: () => 'A=1\n',
  };
  return { terminal: fakeTerminal(), local, asked };
}

describe('config check', () => {
  it('G1.016 says that all is good, and ends with 0', async () => {
    const { terminal, local } = context();
    expect(await configCheckCommand({ terminal, local }, { worker: false, json: false })).toBe(0);
    expect(terminal.written).toEqual({
      out: 'good: sluice start can use these settings\n',
      err: '',
    });
  });

  it('G1.017 G1.019 shows problems and warnings with place and remedy, and ends with 1', async () => {
    const { terminal, local } = context({
      ...GOOD,
      isGood: false,
      problems: [problem],
      warnings: [warning],
    });
    expect(await configCheckCommand({ terminal, local }, { worker: false, json: false })).toBe(1);
    expect(terminal.written.err).toBe(
      'problem: .env:3: JWT_SECRET_KEY is an example\\u001b[2J that stands in a guide\n' +
        '  Replace it.\n\n' +
        'warning: HOST lets other machines connect\n  Set HOST=127.0.0.1.\n\n',
    );
    expect(terminal.written.out).toBe('not good: mend the problem first (1 problem, 1 warning)\n');
  });

  it('ends with 0 on warnings alone', async () => {
    const { terminal, local, asked } = context({ ...GOOD, kind: 'worker', warnings: [warning] });
    expect(await configCheckCommand({ terminal, local }, { worker: true, json: false })).toBe(0);
    expect(terminal.written.out).toBe('good: sluice worker can use these settings (1 warning)\n');
    expect(asked).toEqual([{ kind: 'worker' }]);
  });

  it('prints one document under --json', async () => {
    const report = { ...GOOD, isGood: false, isProduction: true, problems: [problem] };
    const { terminal, local } = context(report);
    expect(await configCheckCommand({ terminal, local }, { worker: false, json: true })).toBe(1);
    expect(JSON.parse(terminal.written.out)).toEqual({
      valid: false,
      for: 'server',
      environment: 'production',
      problems: [problem],
      warnings: [],
    });
    expect(terminal.written.err).toBe('');
  });
});

describe('config generate', () => {
  it('G1.010 says what it wrote and what comes next, and shows no secret', async () => {
    const { terminal, local, asked } = context();
    expect(await configGenerateCommand({ terminal, local }, { print: false })).toBe(0);
    expect(asked).toEqual([{}]);
    expect(terminal.written.out).toMatch(/^Wrote \.env, which only you can read/);
    expect(terminal.written.out).toContain('Next: sluice config check, and sluice start.');
    expect(terminal.written.out).not.toMatch(/[0-9a-f]{32}/);
  });

  it('prints the text instead when asked to', async () => {
    const { terminal, local, asked } = context();
    expect(await configGenerateCommand({ terminal, local }, { print: true })).toBe(0);
    expect(terminal.written.out).toBe('A=1\n');
    expect(asked).toEqual([]);
  });

  it('G1.015 lets the refusal to overwrite through', async () => {
    const { terminal, local } = context(GOOD, () => {
      throw new AppError('FILE_EXISTS', { message: '.env is there already' });
    });
    await expect(configGenerateCommand({ terminal, local }, { print: false })).rejects.toThrow(
      '.env is there already',
    );
    expect(terminal.written.out).toBe('');
  });
});
