import {
  formatDuration,
  formatSize,
  isList,
  isMap,
  nearest,
  parseDuration,
  parseSize,
  type Value,
} from '../../base/index.ts';
import type {
  ChoiceField,
  DurationField,
  Field,
  NumberField,
  SizeField,
  TextField,
} from '../../contract/index.ts';
import { nameOfValue } from '../text/index.ts';
import { parseReference } from './reference.ts';

/** Fields whose value is not a list, a map or a tree of others. */
export type ScalarField = Exclude<
  Field,
  { readonly kind: 'list' | 'map' | 'object' | 'json' | 'tree' }
>;

/**
 * What a node is given for a value, or why it is refused; `label` names the value in the message.
 */
export type Checked =
  | { readonly value: Value }
  | {
      readonly code: 'WRONG_TYPE' | 'WRONG_VALUE';
      readonly message: string;
      readonly remedy?: string;
    };

/**
 * Checks one scalar against its field and turns it into what `run` gets: durations in milliseconds,
 * sizes in bytes. The same rules hold for what is written in a flow and for what a template gave.
 */
export function checkScalar(field: ScalarField, value: Value, label: string): Checked {
  switch (field.kind) {
    case 'text':
      return checkText(field, value, label);
    case 'code':
    case 'node':
      return typeof value === 'string' ? { value } : wrongType(label, 'text', value);
    case 'number':
    case 'integer':
      return checkNumber(field, value, label);
    case 'boolean':
      return typeof value === 'boolean' ? { value } : wrongType(label, 'true or false', value);
    case 'choice':
      return checkChoice(field, value, label);
    case 'duration':
      return checkQuantity(field, value, { label, ...DURATION });
    case 'size':
      return checkQuantity(field, value, { label, ...SIZE });
    case 'reference':
      return checkReference(value, label);
  }
}

function checkText(field: TextField, value: Value, label: string): Checked {
  if (typeof value !== 'string') return wrongType(label, 'text', value);
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = field;
  if (value.length < minLength) {
    const message =
      value === '' ? `${label} is empty` : `${label} is shorter than ${minLength} characters`;
    return { code: 'WRONG_VALUE', message, remedy: 'Write some text.' };
  }
  if (value.length > maxLength) {
    const message = `${label} is longer than ${maxLength} characters`;
    return { code: 'WRONG_VALUE', message, remedy: 'Shorten it.' };
  }
  return { value };
}

function checkNumber(field: NumberField, value: Value, label: string): Checked {
  const kind = field.kind === 'integer' ? 'a whole number' : 'a number';
  if (typeof value !== 'number') return wrongType(label, kind, value);
  if (field.kind === 'integer' && !Number.isInteger(value)) return wrongType(label, kind, value);
  return checkRange(field, value, { label, show: String });
}

function checkChoice(field: ChoiceField, value: Value, label: string): Checked {
  if (typeof value !== 'string') return wrongType(label, choicesText(field), value);
  if (field.choices.includes(value)) return { value };
  const near = nearest(value, field.choices);
  return {
    code: 'WRONG_VALUE',
    message: `${label} cannot be ${quoted(value)}`,
    remedy: near === undefined ? `Write ${choicesText(field)}.` : `Did you mean ${near}?`,
  };
}

interface Quantity {
  readonly what: string;
  readonly parse: (value: string | number) => number | undefined;
  readonly show: (value: number) => string;
}

const DURATION: Quantity = {
  what: 'a duration such as 500ms, 30s, 5m or 1h, or a number of seconds',
  parse: (value) => parseDuration(value, 's'),
  show: formatDuration,
};
const SIZE: Quantity = {
  what: 'a size such as 512KB, 100MB or 1GB, or a number of bytes',
  parse: parseSize,
  show: formatSize,
};

function checkQuantity(
  field: DurationField | SizeField,
  value: Value,
  { label, what, parse, show }: Quantity & { readonly label: string },
): Checked {
  if (typeof value !== 'string' && typeof value !== 'number') return wrongType(label, what, value);
  const amount = parse(value);
  if (amount === undefined || !Number.isSafeInteger(amount)) {
    const message = `${label} must be ${what}, not ${quoted(`${value}`)}`;
    return { code: 'WRONG_VALUE', message, remedy: `Write ${what}.` };
  }
  return checkRange(field, amount, { label, show });
}

function checkRange(
  field: { readonly min?: number; readonly max?: number },
  value: number,
  { label, show }: { readonly label: string; readonly show: (value: number) => string },
): Checked {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = field;
  if (value >= min && value <= max) return { value };
  const range =
    min === Number.NEGATIVE_INFINITY
      ? `at most ${show(max)}`
      : max === Number.POSITIVE_INFINITY
        ? `at least ${show(min)}`
        : `between ${show(min)} and ${show(max)}`;
  return {
    code: 'WRONG_VALUE',
    message: `${label} must be ${range}, not ${show(value)}`,
    remedy: `Write a value ${range}.`,
  };
}

function checkReference(value: Value, label: string): Checked {
  const what = 'a name such as inputs.items or node.field';
  if (typeof value !== 'string') return wrongType(label, what, value);
  if (parseReference(value) !== undefined) return { value };
  return {
    code: 'WRONG_VALUE',
    message: `${label} must be ${what}, not ${quoted(value)}`,
    remedy: 'Write the name alone: node, node.field, node.items[0].name or inputs.name.',
  };
}

/** Why a value has the wrong type, with the remedy for the mistakes that YAML invites. */
export function wrongType(label: string, what: string, value: Value): Checked {
  const message = `${label} must be ${what}, not ${shown(value)}`;
  return { code: 'WRONG_TYPE', message, remedy: remedyFor(what, value) };
}

function remedyFor(what: string, value: Value): string {
  const isScalar = !isList(value) && !isMap(value);
  if (what === 'text' && isScalar && value !== null) return `Put it in quotes: "${value}".`;
  if (what === 'true or false' && typeof value === 'string') {
    if (/^(yes|on|y)$/i.test(value)) return 'Write true.';
    if (/^(no|off|n)$/i.test(value)) return 'Write false.';
    if (/^(true|false)$/i.test(value)) return 'Remove the quotes.';
  }
  const isNumeral = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value);
  if (what.endsWith('number') && isNumeral) return 'Remove the quotes.';
  return `Write ${what}.`;
}

function shown(value: Value): string {
  return typeof value === 'string' ? `the text ${quoted(value)}` : nameOfValue(value);
}

/** Text of a flow in a message: in quotes, cut at 60 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

function choicesText(field: ChoiceField): string {
  const { choices } = field;
  return choices.length === 1
    ? String(choices[0])
    : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}
