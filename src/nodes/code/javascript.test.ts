import { describe, expect, it } from 'vitest';
import type { CodeCapability, CodeRequest } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { stubCapabilities } from '../kit/stub-capabilities.ts';
import { trialVisit } from '../kit/trial-visit.ts';
import { javascriptNode } from './javascript.ts';

/** Answers as told and keeps the request; the real jail is tried under test/sandbox. */
function fakeCode(answer: CodeCapability['javascript']) {
  const requests: CodeRequest[] = [];
  const javascript: CodeCapability['javascript'] = (request) => {
    requests.push(request);
    return answer(request);
  };
  const { python } = stubCapabilities().code;
  return { requests, capabilities: { code: { javascript, python } } };
}

describe('javascript', () => {
  it('gives what the code returned, and hands it all names and its limits', async () => {
    const { requests, capabilities } = fakeCode(async () => ({ value: { n: 1 }, logs: [] }));
    const trial = {
      config: { code: 'return {n: 1}', timeout: 2_000 },
      names: { inputs: { a: 1 }, rows: [1] },
      capabilities,
    };
    expect(await trialVisit(javascriptNode, trial)).toEqual({ value: { n: 1 } });
    expect(requests).toMatchObject([
      {
        code: 'return {n: 1}',
        names: { inputs: { a: 1 }, rows: [1] },
        timeoutMs: 2_000,
        memoryBytes: 67_108_864,
        nowMs: 1_700_000_000_000,
      },
    ]);
  });

  it('passes on the error of the code with its place', async () => {
    const details = { line: 2, column: 5 };
    const thrown = new AppError('CODE_ERROR', { message: 'TypeError: x', details });
    const { capabilities } = fakeCode(async () => {
      throw thrown;
    });
    const visit = trialVisit(javascriptNode, { config: { code: 'x' }, capabilities });
    await expect(visit).rejects.toBe(thrown);
  });

  it('hands over a seed that fits 32 bits and is the same for the same visit', async () => {
    const { requests, capabilities } = fakeCode(async () => ({ value: null, logs: [] }));
    await trialVisit(javascriptNode, { config: { code: 'x' }, capabilities });
    await trialVisit(javascriptNode, { config: { code: 'x' }, capabilities });
    expect(requests[0]?.seed).toBe(requests[1]?.seed);
    expect(requests[0]?.seed).toBe((requests[0]?.seed ?? -1) >>> 0);
  });

  it('refuses empty and endless code before it runs', () => {
    const check = (code: string) => javascriptNode.check?.({ code });
    expect(check(' \n ')).toEqual([
      { code: 'WRONG_VALUE', field: 'code', message: 'the code is empty' },
    ]);
    expect(check('x'.repeat(256 * 1024 + 1))).toMatchObject([{ code: 'WRONG_VALUE' }]);
    expect(check('return 1')).toEqual([]);
    expect(javascriptNode.check?.({})).toEqual([]);
  });

  it('declares the bounds of its limits', () => {
    expect(javascriptNode.config).toMatchObject({
      timeout: { min: 1, max: 300_000 },
      memory_limit: { default: 67_108_864, min: 16_777_216, max: 536_870_912 },
    });
  });
});
