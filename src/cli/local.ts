import type { Value } from '../base/index.ts';
import type { Checked, ConfigTasks, SettingsCheckId } from '../config/index.ts';
import type { ExecutionEvent, ExecutionResult, Problem } from '../contract/index.ts';
import type { ErrorReport } from '../errors/index.ts';
import type { InputDeclaration, Plan } from '../language/index.ts';

/** A flow's text as it was found. */
export interface FlowText {
  /** As the person named it; `-` is standard input. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface InputProblem {
  readonly code: ErrorReport['code'];
  readonly message: string;
  readonly remedy: string;
  readonly input: string;
}

export interface RunRequest {
  readonly plan: Plan;
  readonly inputs: Readonly<Record<string, Value>>;
  /** The folder that `file` nodes see. */
  readonly workspace: string;
  readonly signal: AbortSignal;
  onEvent(event: ExecutionEvent): void;
}

/** Flows in files: reading, checking and running them here. */
export interface LocalFlows {
  /** Errors: FILE_NOT_FOUND, FLOW_TOO_LARGE. */
  readText(path: string): Promise<FlowText>;
  compile(text: FlowText): {
    readonly plan: Plan | undefined;
    readonly problems: readonly Problem[];
  };
  /** The value that a text of the command line stands for; a problem where it cannot be read. */
  parseInput(declaration: InputDeclaration, text: string): { value: Value } | InputProblem;
  checkInputs(
    plan: Plan,
    given: Readonly<Record<string, Value>>,
  ):
    | { readonly inputs: Readonly<Record<string, Value>> }
    | { readonly problems: readonly InputProblem[] };
  /** Data from a YAML or JSON file of inputs. Errors: FILE_NOT_FOUND, YAML_SYNTAX, WRONG_TYPE. */
  readInputs(path: string): Promise<Readonly<Record<string, Value>>>;
  /** Errors: SETTINGS_INVALID, FILE_NOT_FOUND (workspace). Everything else is in the result. */
  run(request: RunRequest): Promise<ExecutionResult>;
}

/** What an operator does with passwords, keys and the checklist, without a server. */
export interface LocalAccess {
  /**
   * A bcrypt hash of BCRYPT_ROUNDS. Errors: PASSWORD_WEAK with the reason, also where it is longer
   * than bcrypt reads; SETTINGS_INVALID.
   */
  hashPassword(password: string): Promise<string>;
  /** Of 32 random bytes each: keys as ADMIN_API_KEYS takes them, or passwords in base64. */
  newSecrets(wanted: {
    readonly kind: 'key' | 'password';
    readonly count: number;
  }): readonly string[];
  /** Asks and shows what is typed; undefined where nobody can be asked. */
  askLine(prompt: string): Promise<string | undefined>;
  /** The checks of the production checklist that settings and files tell. */
  examineSettings(): Promise<readonly Checked<SettingsCheckId>[]>;
  /** The headers that every answer of the server carries, by their lower-case names. */
  securityHeaders(): Promise<Readonly<Record<string, string>>>;
  /** Such as `20.20.0`. */
  readonly nodeVersion: string;
}

/**
 * What the local commands need of the rest of the house, handed over by main.ts: the command line
 * itself reads no file and runs nothing.
 */
export interface Local extends LocalFlows, LocalAccess, ConfigTasks {
  /**
   * Starts a server or worker; resolves when it serves, and rejects where it cannot. Errors:
   * SETTINGS_INVALID, STORE_*, DATA_DIR_TAKEN, PORT_TAKEN, HOST_UNUSABLE; the signal's reason
   * when it aborts first.
   */
  serve(request: ServeRequest): Promise<ServedUntil>;
}

export interface ServeRequest {
  /** A worker executes and listens to nobody. */
  readonly kind: 'server' | 'worker';
  /** Settings that the command line gives; they go before all other sources. */
  readonly overrides: {
    readonly host?: string;
    readonly port?: number;
    readonly dataDir?: string;
  };
  /** Asks to end cleanly: nothing new begins, and what runs is finished or handed back. */
  readonly signal: AbortSignal;
}

/** What serves now, and its end. It is shown on the terminal, and written to no log. */
export interface ServedUntil {
  /** Such as `http://127.0.0.1:8000`; a worker has none. */
  readonly address?: string;
  /** It is reached from every network of this machine too. */
  readonly isEverywhere?: boolean;
  /** Where the page of the API is, as a whole URL. */
  readonly page?: string;
  /** Where the data is, for people: a folder, or host and name of a database. */
  readonly data: string;
  /** Where this start made the first admin; its password is there once, and never again. */
  readonly firstAdmin?: { readonly username: string; readonly password?: string };
  /** What an operator should know, such as a guard that is off. */
  readonly warnings: readonly string[];
  /** Resolves when all has ended cleanly after the signal; rejects when it failed meanwhile. */
  readonly ended: Promise<void>;
}
