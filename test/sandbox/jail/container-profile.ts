import type { Condition, Policy } from '../../../src/sandbox/jail/seccomp/index.ts';

/** The part of the profile format of container engines that deploy/seccomp.json uses. */
export interface Profile {
  readonly defaultAction: 'SCMP_ACT_ERRNO';
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly ProfileRule[];
}

interface ProfileRule {
  readonly names: readonly string[];
  readonly action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  readonly errnoRet?: number;
  readonly args?: readonly {
    readonly index: number;
    readonly value: number;
    readonly valueTwo?: number;
    readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_MASKED_EQ';
  }[];
}

/** The same as a policy of our compiler; refusals are its default. */
export function policyOf({ syscalls }: Profile): Policy {
  return syscalls
    .filter(({ action }) => action === 'SCMP_ACT_ALLOW')
    .map(({ names, args = [] }) => ({
      calls: names,
      when: args.map(({ index, value, valueTwo = 0, op }): Condition => {
        return op === 'SCMP_CMP_EQ'
          ? { argument: index, is: [value] }
          : { argument: index, mask: value, is: [valueTwo] };
      }),
    }));
}

/** The profile without what bubblewrap needs: what container engines allow by default. */
export function asByDefault(profile: Profile): Profile {
  const added = ['unshare', 'mount', 'pivot_root', 'umount2'];
  const makesNamespaces = ({ names, args }: ProfileRule) =>
    names.includes('clone') && args?.[0]?.valueTwo !== 0;
  const syscalls = profile.syscalls.filter((rule) => {
    return !makesNamespaces(rule) && !rule.names.some((name) => added.includes(name));
  });
  return { ...profile, syscalls };
}
