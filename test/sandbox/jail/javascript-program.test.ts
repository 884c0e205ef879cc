import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODE_LIMITS } from '../../../src/base/index.ts';
import { encodeFrame, type Frame, FrameReader } from '../../../src/sandbox/frames.ts';
import { findJail, javascriptProgram } from '../../../src/sandbox/jail/index.ts';
import type { Jail, Program } from '../../../src/sandbox/launch.ts';
import { REPLY_LIMITS } from '../../../src/sandbox/protocol.ts';
import { buildProgramsForTest, type Programs } from './programs.ts';

const found = await findJail();
const MEBIBYTE = 1024 * 1024;
/** Fills its memory with texts of a megabyte and tells how many there was room for. */
const GREEDY = `const texts = [];
try { for (;;) texts.push('x'.repeat(1e6) + texts.length); } catch { return texts.length; }`;

describe.skipIf('why' in found)('JavaScript in the jail', () => {
  const jail = found as Jail;
  let programs: Programs;
  beforeAll(async () => {
    programs = await buildProgramsForTest();
  });
  afterAll(async () => {
    await jail.close();
    programs.remove();
  });

  /** Runs the code several times in one process and gives the results; fewer where it ended. */
  async function results(program: Program, codes: readonly string[]): Promise<unknown[]> {
    const launch = jail.launch(program);
    const descriptors = launch.openDescriptors?.() ?? [];
    const child = spawn(launch.command, launch.args, {
      cwd: launch.cwd,
      env: { ...launch.env },
      stdio: ['pipe', 'pipe', 'ignore', ...descriptors],
    });
    for (const descriptor of descriptors) closeSync(descriptor);
    if (child.pid !== undefined) launch.started?.(child.pid);
    const frames = new FrameReader(REPLY_LIMITS);
    const told: unknown[] = [];
    const answered = ({ header, body }: Frame) => {
      const { kind } = header as { kind: string };
      if (kind !== 'ready') told.push(kind === 'value' ? JSON.parse(body.toString()) : kind);
      const code = codes[told.length];
      if (code === undefined) child.stdin?.end();
      else child.stdin?.write(job(code, told.length + 1));
    };
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (piece: Buffer) => {
      for (const frame of frames.push(piece)) if (frame.note !== 1) answered(frame);
    });
    await new Promise((resolve) => child.once('close', resolve));
    return told;
  }

  function job(code: string, sequence: number): Buffer {
    const { timeoutMs, memoryBytesMax: memoryBytes, outputBytes } = CODE_LIMITS;
    const limits = { timeoutMs: 4 * timeoutMs, memoryBytes, outputBytes };
    const header = { kind: 'run', code, names: [], seed: 1, nowMs: 0, ...limits };
    return encodeFrame({ sequence, note: limits.timeoutMs }, header, '{}');
  }

  it('has room for the largest memory that a call may ask for, again and again', async () => {
    const told = await results(javascriptProgram(programs.url), [
      GREEDY,
      'return 7',
      GREEDY,
      GREEDY,
    ]);
    expect(told[1]).toBe(7);
    for (const texts of [told[0], told[2]]) expect(texts).toBeGreaterThan(500);
  });

  it('has no more: its address space is bounded', async () => {
    const tight = { ...javascriptProgram(programs.url), addressBytes: 1_100 * MEBIBYTE };
    const told = await results(tight, [GREEDY]);
    expect(told[0] ?? 0).not.toBeGreaterThan(400);
  });
});
