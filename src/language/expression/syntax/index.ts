export { partsOf } from './postfix.ts';
export { quoted, refusal, syntaxError } from './refusal.ts';
export { parseTemplate } from './statements.ts';
export type {
  At,
  BinaryOperator,
  Body,
  CallArguments,
  CompareOperator,
  Expression,
  ExpressionOf,
  Parameter,
  Statement,
  StatementOf,
  Target,
} from './tree.ts';
