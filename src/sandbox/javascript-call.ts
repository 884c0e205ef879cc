import { assert, CODE_LIMITS } from '../base/index.ts';
import type { CodeRequest } from '../contract/index.ts';
import { type Call, checkedCode } from './code-runner.ts';
import { namesUsed } from './names-used.ts';

/** What a request for JavaScript asks a process to do. Errors: CODE_INPUT. */
export function javascriptCall(
  request: CodeRequest,
  defaults: { readonly timeoutMs: number },
): Omit<Call, 'payer'> {
  const { memoryBytes, seed, nowMs, signal, log } = request;
  const timeoutMs = request.timeoutMs ?? defaults.timeoutMs;
  assert(memoryBytes <= CODE_LIMITS.memoryBytesMax, 'the memory limit is within its bounds');
  assert(timeoutMs <= CODE_LIMITS.timeoutMsMax, 'the timeout is within its bounds');
  const code = checkedCode(request.code);
  const names = namesUsed('javascript', code, request.names);
  const { outputBytes } = CODE_LIMITS;
  return {
    job: { kind: 'run', code, names, timeoutMs, memoryBytes, seed, nowMs, outputBytes },
    values: request.names,
    signal,
    log,
  };
}
