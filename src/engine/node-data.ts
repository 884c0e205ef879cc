import { assert, isFinished, isList, NotAValue, toValue, type Value } from '../base/index.ts';
import type { NodeResult } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { checkSchema, type PlanNode, type SchemaIssue } from '../language/index.ts';
import { frozen } from './frozen.ts';
import type { Visit } from './ports.ts';

/**
 * Checks `input_schema` against the upstream value, or, where there is no single one, against the
 * map of the dependencies' values. Throws SCHEMA_MISMATCH; the same visit would meet it again.
 */
export function checkInput({ node, input }: Visit): void {
  if (node.inputSchema === undefined) return;
  const { upstream, dependencies } = input;
  const issues = checkSchema(node.inputSchema, upstream === undefined ? dependencies : upstream);
  if (issues.length > 0) throw mismatch(node, 'the input', { issues, retryable: false });
}

/**
 * What a node type gave, copied, frozen and checked; the value of a split or foreach is its list of
 * items. Throws NODE_OUTPUT_INVALID naming the node and the part, or SCHEMA_MISMATCH.
 */
export function checkedResult(node: PlanNode, given: unknown): NodeResult {
  if (typeof given !== 'object' || given === null) throw outputInvalid(node, 'gave no result');
  const parts = given as { readonly [K in keyof NodeResult]?: unknown };
  const { value, port, items, drop } = parts;
  if (port !== undefined && (typeof port !== 'string' || port === 'error')) {
    throw outputInvalid(node, `gave ${String(port)} as its port`);
  }
  const onPort = port === undefined ? {} : { port };
  const notBefore = checkedNotBefore(node, parts.notBefore);
  if (node.opens !== undefined) {
    if (!Array.isArray(items)) throw outputInvalid(node, 'gave no list of items');
    const list = ownValue(node, items, 'list of items');
    assert(isList(list), 'the copy of a list is a list');
    // A foreach gives its value later, when its items have come to an end.
    if (node.opens.kind === 'split') checkOutput(node, list);
    return { value: list, items: list, ...onPort };
  }
  const own = ownValue(node, value, 'value');
  checkOutput(node, own);
  const isDropped = drop === true ? { drop } : {};
  return { value: own, ...onPort, ...isDropped, ...(notBefore === undefined ? {} : { notBefore }) };
}

/** A visit that waits is kept with its value and port alone, so items and drops cannot wait. */
function checkedNotBefore(node: PlanNode, given: unknown): number | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'number' || !Number.isFinite(given)) {
    throw outputInvalid(node, `gave ${String(given)} as the time before which it does not end`);
  }
  const { role } = node.type;
  if (role === 'step' || role === 'aggregate') return given;
  throw outputInvalid(node, `gave a time before which it does not end, which no ${role} may`);
}

/** Checks `output_schema`; the next attempt may give something else. */
export function checkOutput(node: PlanNode, value: Value): void {
  if (node.outputSchema === undefined) return;
  const issues = checkSchema(node.outputSchema, value);
  if (issues.length > 0) throw mismatch(node, 'the output', { issues, retryable: true });
}

function ownValue(node: PlanNode, given: unknown, what: string): Value {
  if (isFinished(given)) return given;
  try {
    return frozen(toValue(given));
  } catch (error) {
    if (!(error instanceof NotAValue)) throw error;
    const part = error.path === '' ? what : `${what} whose ${error.path}`;
    throw outputInvalid(node, `gave a ${part} that ${error.reason}`);
  }
}

function outputInvalid(node: PlanNode, what: string): AppError {
  return new AppError('NODE_OUTPUT_INVALID', { message: `node ${node.name} ${what}` });
}

function mismatch(
  node: PlanNode,
  what: string,
  { issues, retryable }: { readonly issues: readonly SchemaIssue[]; readonly retryable: boolean },
): AppError {
  const [first] = issues;
  const where = first === undefined || first.path === '' ? '' : ` ${first.path}`;
  const more = issues.length > 1 ? `, and ${issues.length - 1} more` : '';
  return new AppError('SCHEMA_MISMATCH', {
    message: `${what} of node ${node.name} does not fit its schema:${where} ${first?.message}${more}`,
    details: { issues },
    retryable,
  });
}
