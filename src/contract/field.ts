import type { Value } from '../base/index.ts';

/**
 * How much a template may do. A flow can only lower the level of a place, never raise it.
 * - `interpolation_only`: `{{ a.b }}` and `{{ a['b'] }}`, nothing else
 * - `safe_expressions`: operators, tests, listed filters and functions, if and for
 * - `sandboxed`: all of the language: set, macro, call, filter blocks
 * - `unsafe`: the same language with a larger budget; needs an operator's setting
 */
export type TemplateLevel = 'interpolation_only' | 'safe_expressions' | 'sandboxed' | 'unsafe';

/** Where strings of a field may hold templates, and who renders them. */
export interface Templating {
  readonly level: TemplateLevel;
  /**
   * `before`: rendered before `run`, which gets plain data. `by-node`: `run` gets a RenderTree and
   * renders it itself, once for each item for example, with names of its own.
   */
  readonly when: 'before' | 'by-node';
  /** `by-node` only: names that the node itself gives when it renders, such as `item` in a list. */
  readonly names?: readonly string[];
}

interface FieldBase {
  /** One sentence for the form, the reference page and the editor. */
  readonly summary: string;
  readonly required?: boolean;
  /** Absent: the text is literal and a `{{` in it is a problem. */
  readonly template?: Templating;
}

export interface TextField extends FieldBase {
  readonly kind: 'text';
  readonly default?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}
export interface NumberField extends FieldBase {
  readonly kind: 'number' | 'integer';
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}
export interface BooleanField extends FieldBase {
  readonly kind: 'boolean';
  readonly default?: boolean;
}
export interface ChoiceField extends FieldBase {
  readonly kind: 'choice';
  readonly choices: readonly string[];
  readonly default?: string;
}
/** `500ms`, `2s`, `5m`, `1h`, or a bare number of seconds; `run` gets milliseconds. */
export interface DurationField extends FieldBase {
  readonly kind: 'duration';
  /** Milliseconds. */
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}
/** `100MB`, `1GB`, or a bare number of bytes; `run` gets bytes. */
export interface SizeField extends FieldBase {
  readonly kind: 'size';
  readonly default?: number;
  readonly min?: number;
  readonly max?: number;
}
export interface ListField extends FieldBase {
  readonly kind: 'list';
  readonly items: Field;
  readonly minItems?: number;
  readonly maxItems?: number;
}
export interface MapField extends FieldBase {
  readonly kind: 'map';
  readonly values: Field;
  readonly minItems?: number;
}
export interface ObjectField extends FieldBase {
  readonly kind: 'object';
  readonly fields: Fields;
}
/** Any JSON; strings anywhere inside may hold templates when `template` is set. */
export interface JsonField extends FieldBase {
  readonly kind: 'json';
  readonly default?: Value;
}
/** Text or map: what system 1's `transform.template` takes. Strings inside may hold templates. */
export interface TreeField extends FieldBase {
  readonly kind: 'tree';
}
/** A value in scope: `inputs.name`, `node`, `node.field.deeper`, or a name of the region. */
export interface ReferenceField extends FieldBase {
  readonly kind: 'reference';
  /** What the value must be, where that can be known before running. */
  readonly expects?: 'list' | 'any';
}
/** The name of a node of the flow. */
export interface NodeField extends FieldBase {
  readonly kind: 'node';
}
/** Source text of a language; never a template, `{{` in it is plain text. */
export interface CodeField extends FieldBase {
  readonly kind: 'code';
  readonly language: 'javascript' | 'python';
}

export type Field =
  | TextField
  | NumberField
  | BooleanField
  | ChoiceField
  | DurationField
  | SizeField
  | ListField
  | MapField
  | ObjectField
  | JsonField
  | TreeField
  | ReferenceField
  | NodeField
  | CodeField;

export type Fields = Readonly<Record<string, Field>>;

declare const renderTree: unique symbol;
/** Checked templates that a node renders itself with `context.render`; opaque to the node. */
export interface RenderTree {
  readonly [renderTree]: true;
}

type FieldValue<F extends Field> = F extends { template: { when: 'by-node' } }
  ? RenderTree
  : F extends { kind: 'choice'; choices: readonly (infer Choice)[] }
    ? Choice
    : F extends { kind: 'text' | 'reference' | 'node' | 'code' }
      ? string
      : F extends { kind: 'number' | 'integer' | 'duration' | 'size' }
        ? number
        : F extends { kind: 'boolean' }
          ? boolean
          : F extends { kind: 'list'; items: infer Item extends Field }
            ? readonly FieldValue<Item>[]
            : F extends { kind: 'map'; values: infer Item extends Field }
              ? Readonly<Record<string, FieldValue<Item>>>
              : F extends { kind: 'object'; fields: infer Inner extends Fields }
                ? ConfigOf<Inner>
                : Value;

type AlwaysThere<F extends Field> = F extends { required: true } | { default: Value }
  ? true
  : false;

/** The type of a node's config, as `run` gets it, from its table of fields. */
export type ConfigOf<T extends Fields> = {
  readonly [K in keyof T as AlwaysThere<T[K]> extends true ? K : never]: FieldValue<T[K]>;
} & {
  readonly [K in keyof T as AlwaysThere<T[K]> extends true ? never : K]?: FieldValue<T[K]>;
};
