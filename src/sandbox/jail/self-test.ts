import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AttackResult, Jail, Launch, Program, ProgramFile } from '../launch.ts';
import { ATTACKS, type ProbeTask } from './attacks.ts';
import { NO_ANSWER } from './outcome.ts';
import { resolveReads } from './reads.ts';
import { runOnce } from './run-once.ts';

const CANARY = 'canary-of-the-self-test';
const CANARY_REACHED = 'reach the server';

/**
 * Starts the probe of a language in the very jail that real code gets and tells how each attack
 * went. An attack that the probe does not tell about has not been stopped, and so with a probe that
 * does not answer; `outcomeOf` tells that apart from an attack that got through. Takes a tenth of a
 * second, and at most JAIL_LIMITS.trialMs. Never rejects.
 */
export async function selfTest(jail: Jail, program: Program): Promise<readonly AttackResult[]> {
  const expected = program.name === 'javascript' ? ATTACKS.javascript : ATTACKS.python;
  let canary: Canary | undefined;
  try {
    canary = await openCanary();
    const launch = jail.launch(probeProgram(program, taskFor(program, canary)));
    const ending = await runOnce(withCanary(launch));
    const told = readResults(ending.stdout);
    const why = ending.problem ?? (ending.stderr.trim().slice(-200) || `ended with ${ending.code}`);
    const results = expected.map((attack) => {
      const result = told.find((one) => one.attack === attack);
      return result ?? { attack, isStopped: false, met: `${NO_ANSWER}${why}` };
    });
    return [...results, canary.result()];
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not known why';
    const met = `${NO_ANSWER}it could not be started: ${why}`;
    return expected.map((attack) => ({ attack, isStopped: false, met }));
  } finally {
    canary?.close();
  }
}

/** What must not be reached: it counts who comes, by TCP and by two kinds of sockets. */
interface Canary {
  readonly task: Omit<ProbeTask, 'roots' | 'variables'>;
  result(): AttackResult;
  close(): void;
}

async function openCanary(): Promise<Canary> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-canary-'));
  const [file, socket] = [join(folder, 'file'), join(folder, 'socket')];
  writeFileSync(file, CANARY);
  const abstractSocket = `${folder.slice(1)}/abstract`;
  let met = 0;
  const servers = [
    { port: 0, host: '127.0.0.1' },
    { path: socket },
    { path: `\0${abstractSocket}` },
  ].map((where) => {
    const server = createServer((connection) => {
      met += 1;
      connection.destroy();
    });
    return { server, where };
  });
  const close = () => {
    for (const { server } of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(servers.map(({ server, where }) => listening(server, where)));
  } catch (error) {
    close();
    throw error;
  }
  return {
    task: { port: portOf(servers[0]?.server), file, socket, abstractSocket },
    result: () => ({ attack: CANARY_REACHED, isStopped: met === 0, met: `${met} connections` }),
    close,
  };
}

function listening(server: Server, where: object): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => resolve());
  });
}

function portOf(server: Server | undefined): number {
  const address = server?.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function taskFor({ interpreter, reads, files, environment }: Program, canary: Canary): ProbeTask {
  const { links, mounts } = resolveReads([interpreter, ...reads]);
  const paths = [...links, ...mounts.map((path) => ({ path }))].map(({ path }) => path);
  const inside = [...paths, ...files.map((file) => file.inside)];
  const roots = [...new Set(inside.map((path) => path.split('/')[1] ?? ''))];
  return { ...canary.task, roots, variables: ['TZ', 'PWD', ...Object.keys(environment ?? {})] };
}

/** What Node's own walls are made of: the probe stands for code that has got past them. */
const WALLS_OF_NODE = [
  '--experimental-permission',
  '--permission',
  '--allow-fs-read=',
  '--no-addons',
  '--disallow-code-generation-from-strings',
];

/** The same program with the probe of its language as main file. */
function probeProgram(program: Program, task: ProbeTask): Program {
  const { name, args, files } = program;
  const main = files.find(({ inside }) => args.includes(inside));
  if (main === undefined || !('host' in main)) throw new Error('the program has no main file');
  const at = args.indexOf(main.inside);
  const file = name === 'javascript' ? 'jail-probe.mjs' : 'probe.py';
  const probe: ProgramFile = {
    host: join(dirname(main.host), file),
    inside: join(dirname(main.inside), file),
  };
  return {
    ...program,
    args: [
      ...args.slice(0, at).filter((word) => !WALLS_OF_NODE.some((wall) => word.startsWith(wall))),
      probe.inside,
      JSON.stringify(task),
    ],
    files: [...files.filter(({ inside }) => inside !== probe.inside), probe],
  };
}

/** Whoever starts the jail has secrets in its environment; none may come through. */
function withCanary(launch: Launch): Launch {
  return { ...launch, env: { ...launch.env, SLUICE_CANARY: CANARY } };
}

/** Exactly what a probe tells, or nothing: what comes out of the jail may be anything. */
function readResults(text: string): readonly AttackResult[] {
  try {
    const told: unknown = JSON.parse(text);
    return Array.isArray(told) ? told.filter(isResult) : [];
  } catch {
    return [];
  }
}

function isResult(told: unknown): told is AttackResult {
  if (typeof told !== 'object' || told === null) return false;
  const { attack, isStopped, met } = told as Record<string, unknown>;
  return typeof attack === 'string' && typeof isStopped === 'boolean' && typeof met === 'string';
}
