import type { At } from './tree.ts';

const OPERATOR_LIST = [
  '//',
  '**',
  '==',
  '!=',
  '>=',
  '<=',
  '+',
  '-',
  '/',
  '*',
  '%',
  '~',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  '>',
  '<',
  '=',
  '.',
  ':',
  '|',
  ',',
  ';',
] as const;

/** An operator is its own token type; of two that start alike, the longer one counts. */
export type Operator = (typeof OPERATOR_LIST)[number];

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  OPERATOR_LIST.map((operator) => [operator, operator]),
);

export type TokenType =
  | Operator
  | 'text'
  | 'comment'
  | 'raw'
  | '{{'
  | '}}'
  | '{%'
  | '%}'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'end';

export interface Token extends At {
  readonly type: TokenType;
  /** The text of names and operators, the unescaped text of strings and data; else as written. */
  readonly text: string;
}

const DESCRIPTIONS: Partial<Record<TokenType, string>> = {
  text: 'text',
  '{{': "'{{'",
  '}}': "'}}', the end of the print statement",
  '{%': "'{%'",
  '%}': "'%}', the end of the tag",
  name: 'a name',
  string: 'a string',
  integer: 'a number',
  float: 'a number',
  end: 'the end of the template',
};

/** A token type as a person would say it. */
export function describeType(type: TokenType): string {
  return DESCRIPTIONS[type] ?? `'${type}'`;
}

/** A token as a person would say it. */
export function describeToken(token: Token): string {
  switch (token.type) {
    case 'name':
      return `'${token.text}'`;
    case 'string':
      return 'a string';
    case 'integer':
    case 'float':
      return `the number ${token.text}`;
    default:
      return describeType(token.type);
  }
}
