/**
 * The parse tree of a template: one frozen shape a construct, each with the place where it starts.
 * Longer than a contract should be because it is a table of shapes.
 */

/** Line and column in the template, from 1; columns count UTF-16 units. */
export interface At {
  readonly line: number;
  readonly column: number;
}

interface Node extends At {
  /** Levels of nodes below, this one included; bounded by the parser. */
  readonly height: number;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** The arguments of a call, a filter or a test, in the order of the text. */
export interface CallArguments {
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  /** `*list` */
  readonly spread: Expression | undefined;
  /** `**map` */
  readonly spreadNamed: Expression | undefined;
}

export type Expression = Node &
  (
    | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
    /** A literal such as `1.0`, whose value may be whole but is a float all the same. */
    | { readonly kind: 'float'; readonly value: number }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
    | {
        readonly kind: 'dict';
        readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
      }
    | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
    | { readonly kind: 'item'; readonly object: Expression; readonly key: Expression }
    | {
        readonly kind: 'slice';
        readonly start: Expression | undefined;
        readonly stop: Expression | undefined;
        readonly step: Expression | undefined;
      }
    | { readonly kind: 'call'; readonly callee: Expression; readonly arguments: CallArguments }
    /** Without `value` in a filter block or a block set: the text of the body takes its place. */
    | {
        readonly kind: 'filter';
        readonly name: string;
        readonly value: Expression | undefined;
        readonly arguments: CallArguments;
      }
    | {
        readonly kind: 'test';
        readonly name: string;
        readonly value: Expression;
        readonly arguments: CallArguments;
      }
    | { readonly kind: 'not' | 'negative' | 'positive'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly first: Expression;
        readonly rest: readonly (At & {
          readonly operator: BinaryOperator;
          readonly operand: Expression;
        })[];
      }
    | { readonly kind: 'and' | 'or' | 'concat'; readonly operands: readonly Expression[] }
    | {
        readonly kind: 'compare';
        readonly first: Expression;
        readonly rest: readonly (At & {
          readonly operator: CompareOperator;
          readonly operand: Expression;
        })[];
      }
    | {
        readonly kind: 'conditional';
        readonly test: Expression;
        readonly value: Expression;
        readonly otherwise: Expression | undefined;
      }
  );

/** The shape that has this kind, alone or beside others of the same shape. */
type ShapeOf<Shape, Kind> = Shape extends { readonly kind: infer Own }
  ? Kind & Own extends never
    ? never
    : Shape
  : never;

export type ExpressionOf<Kind extends Expression['kind']> = ShapeOf<Expression, Kind>;

/** What `for`, `set` and `with` write to. */
export type Target = At &
  (
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'tuple'; readonly items: readonly Target[] }
    /** `ns.field`, only in `set`. */
    | { readonly kind: 'field'; readonly name: string; readonly field: string }
  );

export interface Parameter extends At {
  readonly name: string;
  readonly default: Expression | undefined;
}

export type Statement = At &
  (
    | { readonly kind: 'text'; readonly text: string }
    /** `{{ a }}`, or `{% print a, b %}`. */
    | { readonly kind: 'print'; readonly values: readonly Expression[]; readonly isTag: boolean }
    | { readonly kind: 'comment' }
    /** `{% raw %}`: only that it was used, for the levels; its text is a statement of its own. */
    | { readonly kind: 'raw' }
    | {
        readonly kind: 'if';
        readonly branches: readonly { readonly test: Expression; readonly body: Body }[];
        readonly otherwise: Body;
      }
    | {
        readonly kind: 'for';
        readonly target: Target;
        readonly items: Expression;
        readonly filter: Expression | undefined;
        readonly recursive: boolean;
        readonly body: Body;
        readonly otherwise: Body;
      }
    | { readonly kind: 'set'; readonly target: Target; readonly value: Expression }
    | {
        readonly kind: 'set block';
        readonly target: Target;
        readonly filter: Expression | undefined;
        readonly body: Body;
      }
    | {
        readonly kind: 'with';
        readonly bindings: readonly { readonly target: Target; readonly value: Expression }[];
        readonly body: Body;
      }
    | {
        readonly kind: 'macro';
        readonly name: string;
        readonly parameters: readonly Parameter[];
        readonly body: Body;
      }
    | {
        readonly kind: 'call block';
        readonly call: ExpressionOf<'call'>;
        readonly parameters: readonly Parameter[];
        readonly body: Body;
      }
    | { readonly kind: 'filter block'; readonly filter: Expression; readonly body: Body }
  );

export type StatementOf<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

export type Body = readonly Statement[];
