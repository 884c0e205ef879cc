import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { coverInherited } from './inherited.ts';
import type { Launch } from './launch.ts';

/**
 * Starts what a Launch says, with three pipes and nothing of the server but these; what was opened
 * for it is closed again, whether it could be started or not.
 */
export function startProcess(launch: Launch): ChildProcess {
  const { command, args, cwd, env, user } = launch;
  const descriptors = launch.openDescriptors?.() ?? [];
  try {
    const covered = coverInherited(descriptors);
    try {
      const stdio = ['pipe', 'pipe', 'pipe', ...covered.stdio] as const;
      // With another user, Node also gives up the groups of root.
      return spawn(command, args, { cwd, env: { ...env }, stdio: [...stdio], ...user });
    } finally {
      covered.close();
    }
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}
