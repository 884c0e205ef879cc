import type { Value } from '../base/index.ts';
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

/**
 * What the local commands need of the rest of the house, handed over by main.ts: the command line
 * itself reads no file and runs nothing.
 */
export interface Local {
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
