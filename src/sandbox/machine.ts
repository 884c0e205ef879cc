import {
  findJail,
  type JailAbsence,
  javascriptProgram,
  pythonFilters,
  selfTest,
} from './jail/index.ts';
import type { AttackResult, Jail, NoJail, Program } from './launch.ts';
import { findPython } from './python-program.ts';
import type { SandboxOptions } from './sandbox.ts';

/** A Python that was found, with the programs that it can run. */
export interface Python {
  /** Such as `3.11.2`. */
  readonly version: string;
  /** Of tables and numbers, with versions by the names of their files; empty without them. */
  readonly modules: Readonly<Record<string, string>>;
  /** Finds out what tables need when first asked. Errors: CODE_JAIL_ABSENT without tables. */
  program(image: 'python' | 'python-data'): Program | Promise<Program>;
}

/** What the sandbox asks of the machine that it runs on; tests put others in its place. */
export interface Machine {
  findJail(): Promise<Jail | JailAbsence>;
  javascriptProgram(): Program;
  findPython(): Promise<Python | NoJail>;
  /** Attacks from inside, each with what it met. */
  selfTest(jail: Jail, program: Program): Promise<readonly AttackResult[]>;
}

/** This very machine. */
export function thisMachine({ programs, python }: SandboxOptions): Machine {
  const { interpreter } = python;
  const wanted = interpreter === undefined ? {} : { interpreter };
  return {
    findJail: () => findJail({ memoryBytesMax: python.memoryBytesMax }),
    javascriptProgram: () => javascriptProgram(programs),
    findPython: async () => findPython({ ...wanted, programs, filters: pythonFilters() }),
    selfTest,
  };
}
