import { RE2JS } from 're2js';
import { equalValues, isList, isMap, type Value, type ValueMap } from '../../base/index.ts';
import { expanded } from './shorthand.ts';

/** One way in which data does not fit; `path` leads to it, such as `items[3].price`. */
export interface SchemaIssue {
  readonly path: string;
  readonly message: string;
}

const ISSUES_MAX = 20;
// Schema times data; anyOf inside anyOf multiplies, and a small flow could ask for years of work.
const STEPS_MAX = 1_000_000;
const DEPTH_MAX = 100;

interface Check {
  steps: number;
  depth: number;
  readonly issues: SchemaIssue[];
}

/**
 * Checks data against a JSON Schema (the draft 2020-12 keywords of `KEYWORDS`, without references)
 * or against system 1's short form. Gives at most 20 issues, none where the data fits. Patterns are
 * matched in linear time. A check that takes over a million steps ends with an issue that says so.
 */
export function checkSchema(schema: Value, data: Value): readonly SchemaIssue[] {
  const check: Check = { steps: 0, depth: 0, issues: [] };
  apply(check, schema, { data, path: '' });
  return check.issues.slice(0, ISSUES_MAX);
}

interface At {
  readonly data: Value;
  readonly path: string;
}

function apply(check: Check, schema: Value, at: At): void {
  check.steps += 1;
  if (check.issues.length >= ISSUES_MAX) return;
  if (check.steps > STEPS_MAX || check.depth > DEPTH_MAX) {
    check.issues.push({ path: at.path, message: 'takes too much work to check' });
    return;
  }
  if (schema === false) tell(check, at, 'is not allowed');
  const rules = expanded(schema);
  if (!isMap(rules)) return;
  check.depth += 1;
  checkKind(check, rules, at);
  checkCombined(check, rules, at);
  if (typeof at.data === 'number') checkNumber(check, rules, at, at.data);
  else if (typeof at.data === 'string') checkText(check, rules, at, at.data);
  else if (isList(at.data)) checkList(check, rules, at, at.data);
  else if (isMap(at.data)) checkMap(check, rules, at, at.data);
  check.depth -= 1;
}

function tell(check: Check, at: At, message: string): void {
  check.issues.push({ path: at.path, message });
}

function checkKind(check: Check, rules: ValueMap, at: At): void {
  const { type, enum: choices } = rules;
  const types = isList(type) ? type : type === undefined ? [] : [type];
  if (types.length > 0 && !types.some((each) => isOfType(at.data, each))) {
    tell(check, at, `must be ${types.join(' or ')}, not ${typeName(at.data)}`);
  }
  if (isList(choices) && !choices.some((choice) => equalValues(choice, at.data))) {
    const listed = choices.slice(0, 20).map((choice) => JSON.stringify(choice));
    tell(check, at, `must be one of ${listed.join(', ')}`);
  }
  const constant = Object.hasOwn(rules, 'const') ? rules.const : undefined;
  if (constant !== undefined && !equalValues(constant, at.data)) {
    tell(check, at, `must be ${JSON.stringify(constant)}`);
  }
}

function isOfType(data: Value, type: Value): boolean {
  if (type === 'any') return true;
  if (type === 'integer') return typeof data === 'number' && Number.isInteger(data);
  return type === 'number' ? typeof data === 'number' : typeName(data) === type;
}

function typeName(data: Value): string {
  if (data === null) return 'null';
  if (isList(data)) return 'array';
  return typeof data;
}

function checkCombined(check: Check, rules: ValueMap, at: At): void {
  const { allOf, anyOf, oneOf, not } = rules;
  if (isList(allOf)) for (const each of allOf) apply(check, each, at);
  if (isList(anyOf) && !anyOf.some((each) => fits(check, each, at))) {
    tell(check, at, 'fits none of the allowed forms');
  }
  if (isList(oneOf)) {
    const count = oneOf.filter((each) => fits(check, each, at)).length;
    if (count !== 1) tell(check, at, `fits ${count} of the forms of which it must fit exactly one`);
  }
  if (not !== undefined && fits(check, not, at)) tell(check, at, 'has a form that is not allowed');
}

function fits(check: Check, schema: Value, at: At): boolean {
  const inner: Check = { steps: check.steps, depth: check.depth, issues: [] };
  apply(inner, schema, at);
  check.steps = inner.steps;
  return inner.issues.length === 0;
}

function checkNumber(check: Check, rules: ValueMap, at: At, data: number): void {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below } = rules;
  if (typeof minimum === 'number' && data < minimum) tell(check, at, `must be at least ${minimum}`);
  if (typeof maximum === 'number' && data > maximum) tell(check, at, `must be at most ${maximum}`);
  if (typeof above === 'number' && data <= above) tell(check, at, `must be more than ${above}`);
  if (typeof below === 'number' && data >= below) tell(check, at, `must be less than ${below}`);
}

function checkText(check: Check, rules: ValueMap, at: At, data: string): void {
  const { minLength, maxLength, pattern } = rules;
  if (typeof minLength === 'number' && characters(data) < minLength) {
    tell(check, at, `must have at least ${minLength} characters`);
  }
  if (typeof maxLength === 'number' && characters(data) > maxLength) {
    tell(check, at, `must have at most ${maxLength} characters`);
  }
  if (typeof pattern === 'string' && !patternOf(pattern)?.matcher(data).find()) {
    tell(check, at, `must match the pattern ${pattern}`);
  }
}

/** JSON Schema counts code points, not UTF-16 units. */
function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** A pattern of RE2, which matches in linear time; undefined where it is not valid there. */
export function patternOf(pattern: string): ReturnType<typeof RE2JS.compile> | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

function checkList(check: Check, rules: ValueMap, at: At, data: readonly Value[]): void {
  const { items, minItems, maxItems, uniqueItems } = rules;
  if (typeof minItems === 'number' && data.length < minItems) {
    tell(check, at, `must have at least ${minItems} items`);
  }
  if (typeof maxItems === 'number' && data.length > maxItems) {
    tell(check, at, `must have at most ${maxItems} items`);
  }
  if (uniqueItems === true) {
    const seen = new Set(data.map(canonical));
    if (seen.size < data.length) tell(check, at, 'must not have the same item twice');
  }
  if (items === undefined) return;
  for (const [index, item] of data.entries()) {
    if (check.issues.length >= ISSUES_MAX) return;
    apply(check, items, { data: item, path: `${at.path}[${index}]` });
  }
}

/** One text for equal values, whatever the order of their keys. */
function canonical(value: Value): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`).join(',')}}`;
}

function checkMap(check: Check, rules: ValueMap, at: At, data: ValueMap): void {
  const { required, additionalProperties: others } = rules;
  const properties = isMap(rules.properties) ? rules.properties : {};
  for (const key of isList(required) ? required : []) {
    if (typeof key !== 'string' || Object.hasOwn(data, key)) continue;
    tell(check, at, `has no field ${key}`);
  }
  for (const [key, value] of Object.entries(data)) {
    if (check.issues.length >= ISSUES_MAX) return;
    const inner = { data: value, path: at.path === '' ? key : `${at.path}.${key}` };
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known !== undefined) apply(check, known, inner);
    else if (others === false) tell(check, inner, 'is not a known field');
    else if (others !== undefined) apply(check, others, inner);
  }
}
