/** What a probe is told: where the canaries of the self-test are, and what it may see. */
export interface ProbeTask {
  readonly port: number;
  /** Paths of this machine that everybody can read and connect to. */
  readonly file: string;
  readonly socket: string;
  /** Without the null byte in front. */
  readonly abstractSocket: string;
  /** Names in the root of the jail. */
  readonly roots: readonly string[];
  /** Names in the environment of the jail. */
  readonly variables: readonly string[];
}

const OF_BOTH = [
  'read /etc/passwd',
  'read /proc/1/environ',
  'read a file of the server',
  'see other folders',
  'write a file',
  'see an environment variable',
  'use an inherited descriptor',
  'connect to a port',
  'connect to a socket file',
  'connect to an abstract socket',
  'open a UDP socket',
  'start a process',
  'become root',
  'signal process 1',
  'signal all processes',
] as const;

/** What the probe of each language tries; a probe that leaves one out has failed. */
export const ATTACKS = {
  javascript: [
    ...OF_BOTH,
    'listen on a port',
    'start a process by a binding',
    'open the inspector',
  ],
  python: [
    ...OF_BOTH,
    'fork',
    'signal the parent',
    'stop the parent',
    'open the parent by pidfd',
    'trace the parent',
    'read the memory of the parent',
    'write the memory of the parent',
    'limit the parent',
    'slow the parent down',
    'mount',
    'unmount',
    'make a user namespace',
    'clone into a namespace',
    'enter a namespace',
    'change the root',
    'use kernel keys',
    'load a program into the kernel',
    'use io_uring',
    'make a file in memory',
    'make shared memory',
    'handle page faults',
    'count performance events',
    'send a message queue',
    'make code from data',
    'lift its own limits',
  ],
} as const;
