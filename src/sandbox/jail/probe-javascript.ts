import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { fstatSync, readdirSync, readFileSync, type Stats, statSync, writeFileSync } from 'node:fs';
import inspector from 'node:inspector';
import { createConnection, createServer } from 'node:net';
import type { AttackResult } from '../launch.ts';
import type { ATTACKS, ProbeTask } from './attacks.ts';

type AttackName = (typeof ATTACKS.javascript)[number];
/** Gives what it got; an error is what it met. */
type Attack = (probe: ProbeTask) => string | Promise<string>;

/** Of one attack that waits for something. */
const PATIENCE_MS = 2_000;
/** Looked at in full; no server has more, and none is inherited at a higher number. */
const DESCRIPTORS = 65_536;
/** Node asks these of the kernel itself, so that those which are not open cost no error each. */
const DESCRIPTORS_LOW = 256;
/** Of libuv: a number that is not open. */
const NOT_OPEN = -9;
/** Holds nothing: the server puts it where it would otherwise pass something on. */
const NULL_DEVICE = 0x103;

/**
 * A program that stands in the place of the JavaScript worker and may do all that Node can, as if
 * the interpreter and Node's own permissions had fallen. It tries to get out and tells how it went,
 * as one JSON text.
 */
const ATTEMPTS: Readonly<Record<AttackName, Attack>> = {
  'read /etc/passwd': () => readFileSync('/etc/passwd', 'utf8'),
  'read /proc/1/environ': () => readFileSync('/proc/1/environ', 'utf8'),
  'read a file of the server': ({ file }) => readFileSync(file, 'utf8'),
  'see other folders': ({ roots }) => others(readdirSync('/'), roots),
  'write a file': () => firstThat(PLACES, (path) => writeFileSync(path, 'x')),
  'see an environment variable': ({ variables }) => others(Object.keys(process.env), variables),
  'use an inherited descriptor': inheritedDescriptor,
  'connect to a port': ({ port }) => connect({ port, host: '127.0.0.1' }),
  'connect to a socket file': ({ socket }) => connect({ path: socket }),
  'connect to an abstract socket': ({ abstractSocket }) => connect({ path: `\0${abstractSocket}` }),
  'open a UDP socket': udp,
  'listen on a port': listen,
  'start a process': () => spawned(spawnSync(process.execPath, ['--version']).error),
  'start a process by a binding': spawnByBinding,
  'open the inspector': openInspector,
  'become root': () => `became ${process.setuid?.(0)}`,
  'signal process 1': () => `sent ${process.kill(1, 0)}`,
  'signal all processes': () => `sent ${process.kill(-1, 0)}`,
};

const PLACES = [
  '/x',
  '/app/x',
  '/app/jail-probe.mjs',
  '/tmp/x',
  '/dev/shm/x',
  '/usr/x',
  '/var/tmp/x',
  '/run/x',
  process.execPath,
];

async function main(): Promise<void> {
  const probe: ProbeTask = JSON.parse(process.argv.at(-1) ?? '');
  const results: AttackResult[] = [];
  for (const [attack, attempt] of Object.entries(ATTEMPTS)) {
    results.push({ attack, ...(await outcomeOf(attempt, probe)) });
  }
  process.stdout.write(JSON.stringify(results), () => process.exit(0));
}

async function outcomeOf(attempt: Attack, probe: ProbeTask): Promise<Omit<AttackResult, 'attack'>> {
  try {
    return { isStopped: false, met: (await attempt(probe)).slice(0, 200) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Only the kernel's refusal counts; a mistake of the probe proves nothing.
    if (typeof code === 'string') return { isStopped: true, met: code };
    return { isStopped: false, met: `the probe broke: ${error}` };
  }
}

/** A refusal that the kernel did not put into an error. */
function refusal(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function others(found: readonly string[], expected: readonly string[]): string {
  const more = found.filter((name) => !expected.includes(name));
  if (more.length === 0) throw refusal('nothing there');
  return more.join(', ');
}

/** The first for which it goes well; otherwise the error of the last. */
function firstThat<T>(items: readonly T[], attempt: (item: T) => void): string {
  let last: unknown = refusal('nothing to try');
  for (const item of items) {
    try {
      attempt(item);
      return `${item}`;
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

/**
 * Node's own are nameless objects and pipes of which it holds both ends. A descriptor of the
 * interpreter's file gives nothing that its path does not give.
 */
function inheritedDescriptor(): string {
  const interpreter = statSync(process.execPath);
  const pipes = new Map<number, number[]>();
  for (const number of openDescriptors()) {
    const stats = statOf(number);
    if (stats === undefined || stats.rdev === NULL_DEVICE) continue;
    if (stats.isFIFO()) pipes.set(stats.ino, [...(pipes.get(stats.ino) ?? []), number]);
    const isInterpreter = stats.ino === interpreter.ino && stats.dev === interpreter.dev;
    if (isThing(stats) && !isInterpreter) return `descriptor ${number}`;
  }
  const half = [...pipes.values()].find((ends) => ends.length !== 2);
  if (half !== undefined) return `a pipe at descriptor ${half[0]}`;
  throw refusal('nothing there');
}

function isThing(stats: Stats): boolean {
  const isDevice = stats.isCharacterDevice() || stats.isBlockDevice();
  return stats.isFile() || stats.isDirectory() || stats.isSocket() || isDevice;
}

/** A handle that is to take over a number fails at once where that is not open. */
function openDescriptors(): readonly number[] {
  const host = process as unknown as { binding(name: string): { UDP: new () => Taker } };
  const { UDP } = host.binding('udp_wrap');
  const open = Array.from({ length: DESCRIPTORS_LOW - 3 }, (_, index) => index + 3);
  let taker = new UDP();
  for (let number = DESCRIPTORS_LOW; number < DESCRIPTORS; number += 1) {
    const failure = taker.open(number);
    if (failure === 0) taker = new UDP();
    if (failure !== NOT_OPEN) open.push(number);
  }
  return open;
}

interface Taker {
  /** Zero, or the number of an error. */
  open(descriptor: number): number;
}

function statOf(descriptor: number) {
  try {
    return fstatSync(descriptor);
  } catch {
    return undefined;
  }
}

function connect(where: { port: number; host: string } | { path: string }): Promise<string> {
  return settled((done, failed) => {
    const socket = createConnection(where, () => done('connected'));
    socket.once('error', failed);
  });
}

function udp(): Promise<string> {
  return settled((done, failed) => {
    const socket = createSocket('udp4');
    socket.once('error', failed);
    socket.bind(0, () => done('bound'));
  });
}

function listen(): Promise<string> {
  return settled((done, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => done('listens'));
  });
}

function settled(
  start: (done: (got: string) => void, failed: (error: Error) => void) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // What came while a busy machine held this process up is seen first.
    const overdue = () => setImmediate(() => setImmediate(resolve, 'nothing refused it'));
    setTimeout(overdue, PATIENCE_MS).unref();
    start(resolve, reject);
  });
}

function spawned(error: Error | undefined): string {
  if (error !== undefined) throw error;
  return 'started one';
}

function spawnByBinding(): string {
  const host = process as unknown as { binding(name: string): { Process: new () => Spawner } };
  const { Process } = host.binding('process_wrap');
  const options = { file: process.execPath, args: ['node', '--version'], stdio: [] };
  const failure = new Process().spawn(options);
  if (failure !== 0) throw refusal(`error ${failure}`);
  return 'started one';
}

interface Spawner {
  spawn(options: object): number;
}

/** It listens in a thread of its own and tells nothing but its address. */
function openInspector(): string {
  inspector.open(0, '127.0.0.1', false);
  const address = inspector.url();
  if (address === undefined) throw refusal('not opened');
  return address;
}

await main();
