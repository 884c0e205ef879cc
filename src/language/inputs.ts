import {
  emptyMap,
  FLOW_TEXT_LIMITS,
  NotAValue,
  nearest,
  toValue,
  type Value,
  type ValueMap,
} from '../base/index.ts';
import { AppError, type ErrorCode } from '../errors/index.ts';
import { quoted } from './config/index.ts';
import { inputProblem } from './flow/index.ts';
import type { InputDeclaration, Plan } from './plan.ts';

export interface InputProblem {
  readonly code: Extract<ErrorCode, 'INPUT_INVALID' | 'INPUT_MISSING' | 'UNKNOWN_INPUT'>;
  readonly message: string;
  readonly remedy: string;
  /** The name of the input. */
  readonly input: string;
}

/**
 * Checks what was given for a plan's inputs and fills in defaults; data is copied into Values. An
 * optional input without default that was not given, or was given as null, has no value. Gives all
 * problems at once.
 */
export function checkInputs(
  plan: Pick<Plan, 'inputs'>,
  given: Readonly<Record<string, unknown>>,
): { readonly inputs: ValueMap } | { readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const inputs = emptyMap();
  const names = plan.inputs.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    if (problems.length === FLOW_TEXT_LIMITS.problems) break; // A body may hold 100,000 names.
    const near = nearest(name, names);
    problems.push({
      code: 'UNKNOWN_INPUT',
      message: `the flow has no input ${quoted(name)}`,
      remedy: near === undefined ? inputsOf(names) : `Did you mean ${near}?`,
      input: name,
    });
  }
  for (const declaration of plan.inputs) {
    const { name } = declaration;
    const data = Object.hasOwn(given, name) ? given[name] : undefined;
    const checked = checkInput(declaration, data);
    if (checked === undefined) continue;
    if ('code' in checked) problems.push(checked);
    else inputs[name] = checked.value;
  }
  return problems.length > 0 ? { problems } : { inputs };
}

function inputsOf(names: readonly string[]): string {
  return names.length === 0 ? 'It takes no inputs.' : `Its inputs are ${names.join(', ')}.`;
}

function checkInput(
  declaration: InputDeclaration,
  data: unknown,
): { readonly value: Value } | InputProblem | undefined {
  const { name, type, required, default: otherwise, description } = declaration;
  const isGiven = data !== undefined && (data !== null || type === 'any');
  if (!isGiven) {
    if (otherwise !== undefined) return { value: otherwise };
    if (!required) return undefined;
    const what = description === '' ? '' : ` (${description})`;
    return {
      code: 'INPUT_MISSING',
      message: `the input ${name}${what} is required`,
      remedy: `Give it with --input ${name}=value.`,
      input: name,
    };
  }
  const value = copied(data);
  const problem = value === undefined ? 'is not JSON data' : inputProblem(declaration, value);
  if (value !== undefined && problem === undefined) return { value };
  const remedy = `Give ${type === 'any' ? 'JSON data' : `a value of the type ${type}`}.`;
  return { code: 'INPUT_INVALID', message: `the input ${name} ${problem}`, remedy, input: name };
}

function copied(data: unknown): Value | undefined {
  try {
    return toValue(data);
  } catch (thrown) {
    if (thrown instanceof NotAValue) return undefined;
    throw thrown;
  }
}

/**
 * Reads the text of a command-line `name=text` as the declared type: strings as they are, all
 * others as JSON; for `any`, JSON where it is valid and text where it is not. Throws AppError
 * INPUT_INVALID.
 */
export function parseInputText(declaration: InputDeclaration, text: string): Value {
  const { name, type } = declaration;
  if (type === 'string') return text;
  // True and False are how Python, and so system 1, writes them.
  const data = parseJson(type === 'boolean' ? text.toLowerCase() : text);
  if (data === undefined && type === 'any') return text;
  if (data !== undefined && isOfType(type, data)) return data;
  const isData = type === 'array' || type === 'object';
  const example = type === 'array' ? '["a", "b"]' : '{"key": "value"}';
  throw new AppError('INPUT_INVALID', {
    message: `the input ${name} must be ${WRITTEN[type]}, not ${quoted(text)}`,
    ...(isData ? { remedy: `Give JSON, such as --input '${name}=${example}'.` } : {}),
    details: { input: name },
  });
}

function parseJson(text: string): Value | undefined {
  try {
    return toValue(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isOfType(type: InputDeclaration['type'], data: Value): boolean {
  return inputProblem({ name: '', type, required: true, description: '' }, data) === undefined;
}

const WRITTEN: Readonly<Record<InputDeclaration['type'], string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a JSON array',
  object: 'a JSON object',
  any: 'JSON',
};
