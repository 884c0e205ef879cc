import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackSet, textOf } from './attack.ts';
import { type Canary, plantCanary } from './canary.ts';
import { type CodeDoor, openCodeDoor } from './doors/code-door.ts';
import { buildOpenedPython, buildReal } from './programs.ts';
import { JAVASCRIPT_SETS, OPENED_PYTHON_SETS, PYTHON_SETS } from './sets/index.ts';

let canary: Canary;
beforeAll(async () => {
  canary = await plantCanary();
});
afterAll(() => canary.close());

describe.each([
  { name: 'JavaScript', sets: JAVASCRIPT_SETS, build: buildReal },
  { name: 'Python', sets: PYTHON_SETS, build: buildReal },
  { name: 'Python that has fallen', sets: OPENED_PYTHON_SETS, build: buildOpenedPython },
])('attacks by $name', ({ sets, build }) => {
  let door: CodeDoor;
  let hasPython = false;
  beforeAll(async () => {
    door = await openCodeDoor(build);
    hasPython = (await door.sandbox.posture()).languages.python.state === 'jailed';
  });
  afterAll(() => door.close());

  it.for(sets)('$name gets nothing: $tries', { timeout: 300_000 }, async (set, { skip }) => {
    const isPython = set.door.endsWith('python');
    skip(isPython && !hasPython, 'there is no jail for Python here');
    expect(await wrongOf(door, set)).toEqual([]);
    if (set.door === 'javascript') expect(await door.value('javascript', 'return 6 * 7')).toBe(42);
    else expect(await door.value('python', 'result = 6 * 7')).toBe(42);
  });
});

/** Those of the set that got through, or were stopped elsewhere than the set says. */
async function wrongOf(door: CodeDoor, set: AttackSet): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const payload of set.payloads() ?? []) {
    const { layer, detail, through, told } = await door.attempt(set, payload, canary);
    if (through === undefined && set.accept.includes(layer)) continue;
    wrong.push(`${textOf(payload).slice(0, 200)} -> ${layer} ${detail} ${through} ${told}`);
  }
  return wrong;
}
