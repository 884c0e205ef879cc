import { JAIL_LIMITS } from '../../base/index.ts';
import type { JailLayer } from '../launch.ts';
import type { Jailer } from './launch-jailed.ts';

/** What each part of the jail does here, or why it is off. */
export function describeLayers({ tools, groups }: Jailer, failures: number): readonly JailLayer[] {
  const on = (name: string, detail: string): JailLayer => ({ name, isOn: true, detail });
  return [
    on('user', tools.setpriv === undefined ? 'the user of the server' : 'nobody, without groups'),
    on('namespaces', 'users, processes, network, mounts, messages, names and control groups'),
    on('file system', 'the interpreter with its libraries, sealed; no /proc, /dev or /tmp'),
    on('capabilities', 'none, and none to be gained'),
    on('environment', 'empty but for the time zone'),
    on('system call filter', 'a list of what is allowed; no sockets, no writing to files'),
    nesting(tools.canDisableUserNamespaces),
    on('limits', `${JAIL_LIMITS.descriptors} descriptors, no core files, bounded memory`),
    groups === undefined
      ? { name: 'control group', isOn: false, detail: whyNoGroup(failures) }
      : on('control group', groups.detail),
  ];
}

function nesting(isOff: boolean): JailLayer {
  return {
    name: 'no further user namespaces',
    isOn: isOff,
    detail: isOff
      ? 'refused by the kernel, and by the system call filter'
      : 'refused by the system call filter alone: bwrap cannot turn them off here',
  };
}

function whyNoGroup(failures: number): string {
  return failures > 1
    ? 'a process could not enter one'
    : 'this server may make none here; limits of each process hold instead';
}
