import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Launch, Program } from '../launch.ts';
import { type Descriptor, planLaunch, type Tools } from './arguments.ts';
import type { ControlGroup, ControlGroups } from './control-group.ts';
import { resolveReads } from './reads.ts';
import { shelter } from './shelter.ts';

export interface Jailer {
  readonly tools: Tools;
  readonly groups: ControlGroups | undefined;
  /** The compiled filter of system calls for a program. */
  filterOf(program: Program): Buffer;
}

/**
 * How a program is started in the jail. Reads links and rights of its files now, opens what it is
 * given anew for each start. Errors: CODE_JAIL_ABSENT for what the jail's user cannot reach.
 */
export function launchJailed(jailer: Jailer, program: Program): Launch {
  const { tools, groups } = jailer;
  const reads = resolveReads([program.interpreter, ...program.reads]);
  const layout = {
    reads,
    sheltered: shelter(reads, { isRoot: tools.setpriv !== undefined, tools: tools.shelter }),
    groups: groups?.descriptorsEach ?? 0,
  };
  const { command, args, descriptors } = planLaunch(tools, program, layout);
  let group: ControlGroup | undefined;
  return {
    command,
    args,
    env: {},
    cwd: '/',
    openDescriptors() {
      // Still without a process: the last start failed.
      group?.remove();
      group = groups?.make(program);
      return openAll(jailer, { program, descriptors, group });
    },
    started(pid) {
      group?.belongsTo(pid);
      group = undefined;
    },
  };
}

interface Start {
  readonly program: Program;
  readonly descriptors: readonly Descriptor[];
  readonly group: ControlGroup | undefined;
}

/** All or nothing: what was opened before a failure is closed. */
function openAll({ filterOf }: Jailer, start: Start): readonly number[] {
  const { program, descriptors, group } = start;
  const opened: number[] = [];
  try {
    if (group !== undefined) opened.push(...group.open());
    for (const descriptor of descriptors) {
      if (descriptor.kind === 'filter') opened.push(openContent(filterOf(program)));
      else if (descriptor.kind === 'content') opened.push(openFile(program, descriptor.index));
    }
    return opened;
  } catch (error) {
    for (const number of opened) closeSync(number);
    throw error;
  }
}

function openFile({ files }: Program, index: number): number {
  const file = files[index];
  if (file === undefined) throw new RangeError('a program has a file for each descriptor');
  return 'host' in file ? openSync(file.host, 'r') : openContent(file.content);
}

/** A file without a name that holds the content, at its start. */
function openContent(content: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-jail-'));
  try {
    const path = join(folder, 'content');
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return openSync(path, 'r');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
