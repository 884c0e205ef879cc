import type { JailLayer } from '../contract/index.ts';

export type {
  AttackResult,
  JailLayer,
  JailPosture,
  LanguagePosture,
  NoJail,
} from '../contract/index.ts';

/**
 * How a process for code is started: what `child_process.spawn` is given. `jail/` makes one from a
 * Program; `launch-node.ts` makes one for JavaScript where there is no jail.
 */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the process: nothing of the server's own is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** As whom, without groups; absent means the server's own user. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /**
   * Opens what the process is started with besides its three pipes: descriptor 3 and up, in this
   * order. Called for each start; whoever spawns closes them once the process has them.
   */
  openDescriptors?(): readonly number[];
  /** Called with the id of each process that was started, before it is given any work. */
  started?(pid: number): void;
}

/** An interpreter of ours with all that it must be able to read, and how it is held. */
export interface Program {
  readonly name: 'javascript' | 'python' | 'python-data';
  /** On this machine, links resolved. */
  readonly interpreter: string;
  /** Of the interpreter; files of ours by their names inside. */
  readonly args: readonly string[];
  readonly files: readonly ProgramFile[];
  /** Besides `TZ=UTC`, which every program has. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Files and folders of this machine that the interpreter reads, such as its libraries; they are
   * at the same place inside, and nothing else of the machine is there.
   */
  readonly reads: readonly string[];
  /**
   * Bytes of address space, for an interpreter that cannot limit itself; absent where it does.
   */
  readonly addressBytes?: number;
}

/** A file of ours: `inside` is its absolute path in the jail, `host` or `content` what it holds. */
export type ProgramFile =
  | { readonly inside: string; readonly host: string }
  | { readonly inside: string; readonly content: Buffer };

/** What keeps code in, on this machine. */
export interface Jail {
  readonly layers: readonly JailLayer[];
  /** How the program is started in the jail. */
  launch(program: Program): Launch;
  /** Removes what was made on the machine, such as control groups. */
  close(): Promise<void>;
}
