import { describe, expect, it } from 'vitest';
import {
  type Architecture,
  architectureOf,
  compileFilter,
  type Policy,
} from '../../../src/sandbox/jail/seccomp/index.ts';
import { runFilter } from './berkeley-filter.ts';

const ALLOWED = 0x7fff_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const KILLED = 0x8000_0000;

const MACHINE: Architecture = {
  audit: 0xc000_003e,
  numbers: { read: 0, open: 2, clone: 56, prlimit: 302, new_call: 430 },
  foreignFrom: 0x4000_0000,
};
const { audit } = MACHINE;
const POLICY: Policy = [
  { calls: ['read', 'new_call', 'not_here'] },
  { calls: ['open'], when: [{ argument: 1, mask: 0o1103, is: [0] }] },
  {
    calls: ['clone'],
    when: [
      { argument: 0, is: [7, 8, 9] },
      { argument: 5, isNot: 3 },
    ],
  },
  { calls: ['clone'], when: [{ argument: 0, mask: 0x1_0000, is: [0x1_0000] }] },
  {
    calls: ['prlimit'],
    when: [
      { argument: 0, is: [0] },
      { argument: 2, isNull: true },
    ],
  },
];
const filter = compileFilter(POLICY, MACHINE);
const answer = (number: number, ...given: readonly bigint[]) =>
  runFilter(filter, { audit, number, arguments: given });

describe('a compiled filter', () => {
  it('allows exactly the calls that the policy names, of all numbers that there are', () => {
    for (let number = 0; number < 1_024; number += 1) {
      const refused = number >= 424 ? ENOSYS : EPERM;
      const named = [0, 2, 430].includes(number);
      expect(answer(number, -1n & 0n, 0n, 1n)).toBe(named ? ALLOWED : refused);
    }
  });

  it('ends a process of another architecture, whatever it asks', () => {
    for (const foreign of [0, 0x4000_0003, 0xc000_00b7, 0xffff_ffff]) {
      expect(runFilter(filter, { audit: foreign, number: 0 })).toBe(KILLED);
    }
  });

  it('ends a process that comes by the second table of numbers', () => {
    expect(answer(0x4000_0000)).toBe(KILLED);
    expect(answer(0x4000_0001)).toBe(KILLED);
    expect(answer(0xffff_ffff)).toBe(KILLED);
    expect(answer(0x3fff_ffff)).toBe(ENOSYS);
  });

  it.each([
    [0n, ALLOWED],
    [0o2000000n, ALLOWED],
    [1n, EPERM],
    [2n, EPERM],
    [3n, EPERM],
    [0o100n, EPERM],
    [0o1000n, EPERM],
    [0o2000101n, EPERM],
    [0xffff_ffffn, EPERM],
  ])('looks at the flags of a call: %i', (flags, expected) => {
    expect(answer(2, 0n, flags)).toBe(expected);
  });

  it('reads flags as the kernel does, without their upper half', () => {
    expect(answer(2, 0n, 0xffff_ffff_0000_0000n)).toBe(ALLOWED);
    expect(answer(2, 0n, 0xffff_ffff_0000_0001n)).toBe(EPERM);
  });

  it.each([
    [7n, 0n, ALLOWED],
    [8n, 0n, ALLOWED],
    [9n, 4n, ALLOWED],
    [9n, 3n, EPERM],
    [6n, 0n, EPERM],
    [0x1_0007n, 3n, ALLOWED],
    [0x1_0000n, 3n, ALLOWED],
    [0x2_0000n, 3n, EPERM],
  ])('holds all conditions of a rule and any rule of a call: %i, %i', (first, last, expected) => {
    expect(answer(56, first, 0n, 0n, 0n, 0n, last)).toBe(expected);
  });

  it.each([
    [0n, 0n, ALLOWED],
    [0n, 1n, EPERM],
    [0n, 0x1_0000_0000n, EPERM],
    [1n, 0n, EPERM],
  ])('looks at all of a pointer: %i, %i', (first, pointer, expected) => {
    expect(answer(302, first, 0n, pointer)).toBe(expected);
  });

  it('refuses everything where the policy is empty', () => {
    const nothing = compileFilter([], MACHINE);
    expect(runFilter(nothing, { audit, number: 0 })).toBe(EPERM);
    expect(runFilter(nothing, { audit, number: 60 })).toBe(EPERM);
  });

  it('does not take a name of the prototype for a call', () => {
    const odd = compileFilter([{ calls: ['constructor', '__proto__', 'toString'] }], MACHINE);
    expect(odd).toEqual(compileFilter([], MACHINE));
  });

  it('is not made where there are more rules than the kernel takes', () => {
    const numbers = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`call${n}`, n]));
    const policy = [{ calls: Object.keys(numbers) }];
    expect(() => compileFilter(policy, { audit, numbers })).toThrow(/bounds of the kernel/);
  });

  it('is made for x64 and arm64 only', () => {
    expect(architectureOf('x64')?.audit).toBe(0xc000_003e);
    expect(architectureOf('arm64')?.audit).toBe(0xc000_00b7);
    expect(architectureOf('arm64')?.foreignFrom).toBeUndefined();
    expect(['ia32', 'arm', 'ppc64', 'riscv64', 's390x'].map(architectureOf)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });
});
