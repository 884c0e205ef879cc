import type { Value } from '../base/index.ts';
import type { LogLine, ScriptEvent } from './execution.ts';

/** Files of the workspace. Every path is relative to it and judged by its real path. */
export interface FileCapability {
  /** The whole file. Errors: PATH_*, FILE_TOO_LARGE. */
  read(path: string): Promise<Uint8Array>;
  /** The file in pieces; at most one piece is held. Errors as `read`. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** Creates folders as needed and replaces the file whole. Gives the bytes written. */
  write(path: string, data: Uint8Array): Promise<number>;
  /**
   * Regular files that match, as paths relative to the workspace, sorted; bounded by FILE_LIMITS.
   */
  glob(pattern: string): Promise<readonly string[]>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From name lookup to the last byte; default the operator's HTTP_TIMEOUT. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
  /** Follow so many redirects; each target is judged again. Default HTTP_LIMITS.redirects. */
  readonly redirects?: number;
}

export interface HttpResponse {
  readonly status: number;
  /**
   * Lower-case names; several values of one name are joined by `, ` (set-cookie by line breaks).
   */
  readonly headers: Readonly<Record<string, string>>;
  /** Inflated. */
  readonly body: Uint8Array;
  /** After redirects. */
  readonly url: string;
}

/** The guarded dialler. Errors: URL_INVALID, EGRESS_REFUSED, HTTP_*, HEADER_INVALID. */
export interface HttpCapability {
  request(request: HttpRequest): Promise<HttpResponse>;
}

export type CodeLanguage = 'javascript' | 'python';

/** How much Python may do, from least to most; what each allows is in docs/code.md. */
export type PythonLevel = 'strict' | 'normal' | 'trusted';

export interface CodeRequest {
  readonly code: string;
  /** Variables of the code by name. */
  readonly names: Readonly<Record<string, Value>>;
  /** Absent: the setting of the language (JS_EXECUTION_TIMEOUT, PYTHON_EXECUTION_TIMEOUT). */
  readonly timeoutMs?: number;
  readonly memoryBytes: number;
  /** Seeds the code's random numbers. */
  readonly seed: number;
  /** The frozen time that the code sees, milliseconds since 1970. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
  /** Called for each line of the result's logs, and also for those of a call that then failed. */
  log?(level: LogLine['level'], message: string): void;
  /** Called once when the call is over, however it ended: what the step record keeps of it. */
  report(event: ScriptEvent): void;
}

export interface PythonRequest extends Omit<CodeRequest, 'memoryBytes'> {
  /** Absent: the limit of the level. */
  readonly memoryBytes?: number;
  /** Absent: PYTHON_SECURITY_LEVEL. */
  readonly level?: PythonLevel;
  /** The function of the code whose result is the value; it is called with the map of all names. */
  readonly function?: string;
  /** Modules that may be imported besides those of the level. */
  readonly allowedImports: readonly string[];
  /** Of the result as JSON. */
  readonly outputBytes: number;
}

export interface CodeResult {
  readonly value: Value;
  readonly logs: readonly LogLine[];
}

/** Untrusted code in a process of its own, in a jail where there is one. Errors: CODE_*. */
export interface CodeCapability {
  javascript(request: CodeRequest): Promise<CodeResult>;
  /** Errors besides: CODE_JAIL_ABSENT, as Python runs nowhere else. */
  python(request: PythonRequest): Promise<CodeResult>;
}

export interface Capabilities {
  readonly files: FileCapability;
  readonly http: HttpCapability;
  readonly code: CodeCapability;
}

/** What a node type may ask for in `needs`. */
export type CapabilityName = keyof Capabilities;

/** The part of the capabilities that a node declared. */
export type CapabilitySet<N extends readonly CapabilityName[]> = Pick<Capabilities, N[number]>;
