import type { Value } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { InputDeclaration } from '../language/index.ts';
import type { InputProblem, Local } from './local.ts';

/** Inputs as the command line gives them. */
export interface InputOptions {
  /** `name=value` each. */
  readonly input: readonly string[];
  /** A YAML or JSON file. */
  readonly inputs?: string;
}

/**
 * The values that the options give, by the declared types; a single input overrides that of the
 * file. Names that are not declared are kept as text: whoever checks the inputs knows the near
 * match. Errors: USAGE, FILE_NOT_FOUND, YAML_SYNTAX, WRONG_TYPE.
 */
export async function givenInputs(
  local: Local,
  declared: readonly InputDeclaration[],
  options: InputOptions,
): Promise<
  | { readonly inputs: Readonly<Record<string, Value>> }
  | { readonly problems: readonly InputProblem[] }
> {
  const given: Record<string, Value> = Object.create(null);
  if (options.inputs !== undefined) Object.assign(given, await local.readInputs(options.inputs));
  const problems = [];
  for (const text of options.input) {
    const input = readInput(local, declared, text);
    if ('code' in input) problems.push(input);
    else given[input.name] = input.value;
  }
  return problems.length > 0 ? { problems } : { inputs: given };
}

function readInput(
  local: Local,
  declared: readonly InputDeclaration[],
  text: string,
): { name: string; value: Value } | InputProblem {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new AppError('USAGE', {
      message: `--input takes name=value, but got "${text}"`,
      remedy: 'Write for example --input city=Berlin.',
    });
  }
  const name = text.slice(0, at);
  const declaration = declared.find((input) => input.name === name);
  if (declaration === undefined) return { name, value: text.slice(at + 1) };
  const read = local.parseInput(declaration, text.slice(at + 1));
  return 'code' in read ? read : { name, value: read.value };
}
