import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findJail, javascriptProgram } from '../../../src/sandbox/jail/index.ts';
import { type AttackSet, type Outcome, type Payload, textOf } from '../attack.ts';
import type { Canary } from '../canary.ts';
import { type OpenedProcess, type Reply, startOpened } from '../opened/opened-process.ts';
import { errnoIn, filled } from './told.ts';

export interface OpenedDoor {
  attempt(set: AttackSet, payload: Payload, canary: Canary): Promise<Outcome>;
  close(): Promise<void>;
}

/** Flags of Node's own permission model: without them the kernel stands alone. */
const PERMISSION_FLAGS =
  /^--(?:experimental-)?permission$|^--allow-|^--no-addons$|^--disallow-code/;

/**
 * The jail of the JavaScript worker around a worker with a hole; `isBare` takes away what Node
 * itself refuses. Undefined where there is no jail on this machine.
 */
export async function openJavascriptDoor(
  build: (folder: string) => Promise<void>,
  isBare: boolean,
): Promise<OpenedDoor | undefined> {
  const jail = await findJail();
  if (!('launch' in jail)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-opened-'));
  await build(folder);
  const program = javascriptProgram(pathToFileURL(`${folder}/`));
  const args = program.args.filter((word) => !isBare || !PERMISSION_FLAGS.test(word));
  const start = () => startOpened(jail.launch({ ...program, args }));
  let opened: OpenedProcess | undefined;
  return {
    async attempt(_set, payload, canary) {
      if (opened === undefined || opened.isGone) opened = await start();
      const timeoutMs = (typeof payload === 'string' ? undefined : payload.timeoutMs) ?? 2_000;
      const code = filled(textOf(payload), canary);
      const reply = await opened.ask({ kind: 'run', code, names: [], timeoutMs }, timeoutMs);
      return outcomeOf(reply, canary);
    },
    async close() {
      await opened?.kill();
      await jail.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Where a job of a process with a hole ended, judged by what it told and what it touched. */
export function outcomeOf({ state, told }: Reply, canary: Canary): Outcome {
  const through = canary.judge(told);
  const rest = through === undefined ? {} : { through, told: told.slice(0, 1_000) };
  if (state === 'gone') return { layer: 'kill', detail: 'ended', ...rest };
  if (state === 'overdue') return { layer: 'kill', detail: 'time', ...rest };
  const detail = errnoIn(told) ?? (state === 'value' ? 'nothing outside' : 'refused');
  return { layer: 'jail', detail, ...rest };
}
