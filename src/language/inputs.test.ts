import { describe, expect, it } from 'vitest';
import { checkInputs, parseInputText } from './inputs.ts';
import type { InputDeclaration } from './plan.ts';

const DECLARED: readonly InputDeclaration[] = [
  { name: 'ticket', type: 'string', required: true, description: 'What was written' },
  { name: 'count', type: 'integer', required: false, default: 3, description: '' },
  { name: 'rows', type: 'array', required: false, description: '' },
  { name: 'urgency', type: 'string', required: false, description: '', choices: ['low', 'high'] },
  { name: 'extra', type: 'any', required: false, description: '' },
];
const plan = { inputs: DECLARED };

function declared(name: string, type: InputDeclaration['type']): InputDeclaration {
  return { name, type, required: true, description: '' };
}

describe('checkInputs', () => {
  it('fills in defaults and leaves out what was not given', () => {
    expect(checkInputs(plan, { ticket: 'a', extra: null, rows: null })).toEqual({
      inputs: { ticket: 'a', count: 3, extra: null },
    });
  });

  it('gives maps without a prototype', () => {
    const checked = checkInputs(plan, { ticket: 'a', extra: { deep: {} } });
    const inputs = 'inputs' in checked ? checked.inputs : {};
    expect(Object.getPrototypeOf(inputs)).toBeNull();
    expect(Object.getPrototypeOf(inputs.extra)).toBeNull();
  });

  it('stops to list unknown inputs at a hundred, however many are given', () => {
    const given = Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`x${n}`, n]));
    const checked = checkInputs(plan, { ...given, count: 'many' });
    const problems = 'problems' in checked ? checked.problems : [];
    expect(problems).toHaveLength(102);
    expect(problems.slice(-2).map(({ code }) => code)).toEqual(['INPUT_MISSING', 'INPUT_INVALID']);
  });

  it('reports all problems at once', () => {
    const given = { tikcet: 'a', count: 2.5, rows: {}, urgency: 'hihg', extra: () => 1 };
    expect(checkInputs(plan, given)).toEqual({
      problems: [
        {
          code: 'UNKNOWN_INPUT',
          message: 'the flow has no input "tikcet"',
          remedy: 'Did you mean ticket?',
          input: 'tikcet',
        },
        {
          code: 'INPUT_MISSING',
          message: 'the input ticket (What was written) is required',
          remedy: 'Give it with --input ticket=value.',
          input: 'ticket',
        },
        {
          code: 'INPUT_INVALID',
          message: 'the input count must be an integer, not the number 2.5',
          remedy: 'Give a value of the type integer.',
          input: 'count',
        },
        {
          code: 'INPUT_INVALID',
          message: 'the input rows must be an array, not an object',
          remedy: 'Give a value of the type array.',
          input: 'rows',
        },
        {
          code: 'INPUT_INVALID',
          message: 'the input urgency must be one of "low", "high", not "hihg"',
          remedy: 'Give a value of the type string.',
          input: 'urgency',
        },
        {
          code: 'INPUT_INVALID',
          message: 'the input extra is not JSON data',
          remedy: 'Give JSON data.',
          input: 'extra',
        },
      ],
    });
  });

  it('reads only own members of what was given', () => {
    expect(checkInputs({ inputs: [declared('toString', 'string')] }, {})).toMatchObject({
      problems: [{ code: 'INPUT_MISSING', input: 'toString' }],
    });
  });
});

describe('parseInputText', () => {
  it('reads text as the declared type', () => {
    expect(parseInputText(declared('a', 'string'), '5')).toBe('5');
    expect(parseInputText(declared('a', 'number'), '-2.5e3')).toBe(-2500);
    expect(parseInputText(declared('a', 'integer'), '7')).toBe(7);
    expect(parseInputText(declared('a', 'boolean'), 'true')).toBe(true);
    expect(parseInputText(declared('a', 'array'), '["x", 1]')).toEqual(['x', 1]);
    expect(parseInputText(declared('a', 'object'), '{"k": 1}')).toEqual({ k: 1 });
    expect(parseInputText(declared('a', 'any'), '[1')).toBe('[1');
    expect(parseInputText(declared('a', 'any'), '[1]')).toEqual([1]);
  });

  it('refuses text of another type and shows how to write a list', () => {
    const refused = (type: InputDeclaration['type'], text: string) => {
      try {
        return parseInputText(declared('a', type), text);
      } catch (error) {
        return error;
      }
    };
    expect(refused('array', 'x,y')).toMatchObject({
      code: 'INPUT_INVALID',
      message: 'the input a must be a JSON array, not "x,y"',
      remedy: 'Give JSON, such as --input \'a=["a", "b"]\'.',
    });
    expect(refused('number', '')).toMatchObject({
      message: 'the input a must be a number, not ""',
    });
    expect(refused('boolean', 'yes')).toMatchObject({
      message: 'the input a must be true or false, not "yes"',
    });
    expect(refused('integer', '1.5')).toMatchObject({ code: 'INPUT_INVALID' });
    expect(refused('object', 'null')).toMatchObject({ code: 'INPUT_INVALID' });
  });
});
