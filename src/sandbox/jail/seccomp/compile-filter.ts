import { assert } from '../../../base/index.ts';
import type { Architecture } from './architecture.ts';
import type { Condition, Policy } from './policy.ts';

/** One instruction of classic BPF: operation, jumps by instructions where true and false, value. */
type Instruction = readonly [operation: number, yes: number, no: number, value: number];

/** Operations of linux/bpf_common.h, as this compiler combines them. */
const LOAD = 0x20;
const AND = 0x54;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_AT_LEAST = 0x35;
const RETURN = 0x06;

/** Offsets in `struct seccomp_data` of linux/seccomp.h; little-endian, as both architectures. */
const NUMBER = 0;
const AUDIT = 4;
const ARGUMENTS = 16;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const REFUSE = 0x0005_0000;
const EPERM = 1;
const ENOSYS = 38;

/** Calls from here on came with Linux 5.1, with one number for all architectures. */
const FIRST_NEW_CALL = 424;

const INSTRUCTION_BYTES = 8;
const INSTRUCTIONS_MAX = 4_096;
const JUMP_MAX = 255;

/**
 * Compiles a policy to a filter of system calls as prctl and bwrap take it: an array of `struct
 * sock_filter`. A foreign architecture ends the process. What no rule allows is refused: with
 * ENOSYS where the call is new, so that the C library falls back to an old one, else with EPERM.
 *
 * Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
 */
export function compileFilter(policy: Policy, architecture: Architecture): Buffer {
  const { audit, foreignFrom } = architecture;
  const foreign: readonly Instruction[] =
    foreignFrom === undefined
      ? []
      : [
          [JUMP_IF_AT_LEAST, 0, 1, foreignFrom],
          [RETURN, 0, 0, KILL_PROCESS],
        ];
  const program: readonly Instruction[] = [
    [LOAD, 0, 0, AUDIT],
    [JUMP_IF_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, NUMBER],
    ...foreign,
    ...ruleBlocks(policy, architecture),
    [JUMP_IF_AT_LEAST, 0, 1, FIRST_NEW_CALL],
    [RETURN, 0, 0, REFUSE | ENOSYS],
    [RETURN, 0, 0, REFUSE | EPERM],
  ];
  return encode(program);
}

/**
 * One block for each number; it is left only by its end where the number is another. Those with
 * conditions come first: the kernel knows of the others, by number alone, that they are allowed,
 * and does not run the filter for them (since Linux 5.11).
 */
function ruleBlocks(policy: Policy, { numbers }: Architecture): readonly Instruction[] {
  const ways = new Map<number, (readonly Condition[])[]>();
  for (const { calls, when = [] } of policy) {
    for (const call of calls) {
      const number = Object.hasOwn(numbers, call) ? numbers[call] : undefined;
      if (number !== undefined) ways.set(number, [...(ways.get(number) ?? []), when]);
    }
  }
  const isAlways = (alternatives: readonly (readonly Condition[])[]) =>
    alternatives.some((when) => when.length === 0);
  const ordered = [...ways].sort(([, a], [, b]) => Number(isAlways(a)) - Number(isAlways(b)));
  return ordered.flatMap(([number, alternatives]) => {
    const block: readonly Instruction[] = isAlways(alternatives)
      ? [[RETURN, 0, 0, ALLOW]]
      : [...alternatives.flatMap(allowWhen), [RETURN, 0, 0, REFUSE | EPERM]];
    return [[JUMP_IF_EQUAL, 0, block.length, number] as const, ...block];
  });
}

/** Built from its end, as each condition that fails jumps over all that is left. */
function allowWhen(conditions: readonly Condition[]): readonly Instruction[] {
  const way: Instruction[] = [[RETURN, 0, 0, ALLOW]];
  for (const condition of conditions.toReversed()) way.unshift(...test(condition, way.length));
  return way;
}

/** Goes on where the condition holds, and else jumps over `left` instructions more. */
function test(condition: Condition, left: number): readonly Instruction[] {
  const low = ARGUMENTS + 8 * condition.argument;
  if ('isNull' in condition) {
    return [
      [LOAD, 0, 0, low + 4],
      [JUMP_IF_EQUAL, 0, left + 2, 0],
      [LOAD, 0, 0, low],
      [JUMP_IF_EQUAL, 0, left, 0],
    ];
  }
  const load: readonly Instruction[] = [
    [LOAD, 0, 0, low],
    ...(condition.mask === undefined ? [] : [[AND, 0, 0, condition.mask] as const]),
  ];
  if ('isNot' in condition) return [...load, [JUMP_IF_EQUAL, left, 0, condition.isNot]];
  const { is } = condition;
  const jumps = is.map((value, index): Instruction => {
    const after = is.length - 1 - index;
    return [JUMP_IF_EQUAL, after, after === 0 ? left : 0, value];
  });
  return [...load, ...jumps];
}

function encode(program: readonly Instruction[]): Buffer {
  assert(program.length <= INSTRUCTIONS_MAX, 'a filter is within the bounds of the kernel');
  const bytes = Buffer.alloc(program.length * INSTRUCTION_BYTES);
  program.forEach(([operation, yes, no, value], index) => {
    assert(yes <= JUMP_MAX && no <= JUMP_MAX, 'a rule of a filter is short enough to jump over');
    const start = index * INSTRUCTION_BYTES;
    bytes.writeUInt16LE(operation, start);
    bytes.writeUInt8(yes, start + 2);
    bytes.writeUInt8(no, start + 3);
    bytes.writeUInt32LE(value >>> 0, start + 4);
  });
  return bytes;
}
