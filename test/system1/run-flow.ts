import { seededRandom, systemClock, toValue, type Value } from '../../src/base/index.ts';
import type { Capabilities, ExecutionResult } from '../../src/contract/index.ts';
import { execute, memoryJournal, spawnNode } from '../../src/engine/index.ts';
import { checkInputs, compile } from '../../src/language/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';

/** Runs a flow from its text; throws with every problem when it does not compile. */
export async function run(
  text: string,
  given: Readonly<Record<string, unknown>> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<ExecutionResult> {
  const { plan, problems } = compile(text, { file: 'flow.yaml', nodeTypes: NODE_TYPES });
  if (plan === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  const checked = checkInputs(plan, toValue(given) as Readonly<Record<string, Value>>);
  if (!('inputs' in checked)) throw new Error(JSON.stringify(checked.problems));
  return await execute(plan, checked.inputs, {
    executionId: 'test',
    ports: {
      clock: systemClock,
      random: seededRandom(1),
      journal: memoryJournal(),
      spawn: spawnNode(capabilities, systemClock),
    },
  });
}

/** The outputs of a flow that completes; throws the error of one that does not. */
export async function outputsOf(
  text: string,
  given: Readonly<Record<string, unknown>> = {},
  capabilities: Partial<Capabilities> = {},
): Promise<ExecutionResult['outputs']> {
  const result = await run(text, given, capabilities);
  if (result.status !== 'completed') throw new Error(JSON.stringify(result.error));
  return result.outputs;
}
