import { describe, expect, it } from 'vitest';
import { conditionIssues, isTrue } from './truth.ts';

describe('isTrue', () => {
  it.each([true, 1, -0.5, 'true', 'True', ' YES ', '1', 'maybe', [0], { a: null }])(
    'takes %j as true',
    (value) => expect(isTrue(value)).toBe(true),
  );

  it.each([false, 0, null, '', '  \n', 'False', 'no', 'None', '0', [], {}])(
    'takes %j as false',
    (value) => expect(isTrue(value)).toBe(false),
  );
});

describe('conditionIssues', () => {
  it('accepts templates and words that are plainly true or false', () => {
    for (const text of ['{{ a > 1 }}', '{% if a %}yes{% endif %}', 'true', ' No ', '0']) {
      expect(conditionIssues(text, 'condition')).toEqual([]);
    }
    expect(conditionIssues('default', 'condition', ['default'])).toEqual([]);
  });

  it('refuses a condition without braces, which would always hold', () => {
    expect(conditionIssues('item.score > 0.8', 'condition')).toEqual([
      {
        code: 'WRONG_VALUE',
        field: 'condition',
        message: 'the condition "item.score > 0.8" is plain text, not a template',
        remedy: 'Write "{{ item.score > 0.8 }}".',
      },
    ]);
    expect(conditionIssues('default', 'condition')).toHaveLength(1);
  });

  it('leaves values of a wrong type to the check of the field', () => {
    for (const value of [undefined, null, true, 1, [], {}]) {
      expect(conditionIssues(value, 'condition')).toEqual([]);
    }
  });
});
