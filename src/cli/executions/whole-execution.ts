import { formatSize } from '../../base/index.ts';
import type { Client } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';

/** One execution, as the server tells it. */
export type Execution = Awaited<ReturnType<Client['readExecution']>>;

/**
 * The execution with its inputs and outputs, also where they are too large to stand in it. Errors:
 * those of the client, SERVER_ANSWER.
 */
export async function wholeExecution(
  client: Client,
  execution: Execution,
  signal: AbortSignal,
): Promise<Execution> {
  const { id, inputsRef, outputsRef } = execution;
  const read = async (ref: { readonly blob: string; readonly bytes: number }) =>
    readMap(await client.readValue({ params: { id, blob: ref.blob }, signal }), ref.bytes);
  return {
    ...execution,
    ...(inputsRef === undefined ? {} : { inputs: await read(inputsRef) }),
    ...(outputsRef === undefined ? {} : { outputs: await read(outputsRef) }),
  };
}

function readMap(text: string, bytes: number): Record<string, unknown> {
  const data = parsed(text);
  // Not null and not a list: a map, which can be asked for any name.
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) {
    return data as Record<string, unknown>;
  }
  throw new AppError('SERVER_ANSWER', {
    message: `the server gave a value of ${formatSize(bytes)} that is no map of JSON`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON, which the caller says as it says that of any other wrong value.
    return undefined;
  }
}
