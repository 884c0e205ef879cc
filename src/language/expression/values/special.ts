import type { ValueMap } from '../../../base/index.ts';
import type { At } from '../syntax/index.ts';

// What a template computes with, besides plain Values. These are classes because a map of a flow
// could imitate any mark on a plain object, but never the prototype: that is what tells them from
// data.

/** What an expression can evaluate to. Only Values ever leave, see `leave.ts`. */
export type Datum =
  | null
  | boolean
  | number
  | string
  | readonly Datum[]
  | ValueMap
  | Float
  | Sequence
  | Dict
  | Undefined
  | Markup
  | Gadget;

/**
 * A float that is whole, such as `2.0`. A plain number is an integer when it is a safe integer,
 * else a float; so only these floats need a box.
 */
export class Float {
  readonly kind = 'float';
  constructor(readonly value: number) {}
}

export type SequenceForm = 'tuple' | 'group' | 'range' | 'dict_keys' | 'dict_values' | 'dict_items';

/**
 * A list that Python prints in another way. A group is a tuple with the fields grouper and list.
 */
export class Sequence {
  readonly kind = 'sequence';
  constructor(
    readonly form: SequenceForm,
    readonly items: readonly Datum[],
    /** What a range was made of. */
    readonly bounds?: { readonly start: number; readonly stop: number; readonly step: number },
  ) {}
}

/** A map made by a template: keys of any hashable type, in the order of insertion. */
export class Dict {
  readonly kind = 'dict';
  /** By the key's identity, see `hash.ts`. */
  readonly entries = new Map<unknown, readonly [key: Datum, value: Datum]>();
}

/** Why a value is not there, and what to do about it. */
export interface Explanation {
  readonly message: string;
  readonly remedy?: string;
  /** Refused rather than absent. */
  readonly forbidden?: boolean;
}

/** A value that is not there: any use but `default` and `is defined` is an error that says why. */
export class Undefined {
  readonly kind = 'undefined';
  constructor(
    /** Called only when the value is used after all. */
    readonly explain: () => Explanation,
    readonly at: At,
    /** Of a conditional without else: prints as nothing, as in Jinja2. */
    readonly lenient = false,
  ) {}
}

/** Text that is already escaped for HTML. */
export class Markup {
  readonly kind = 'markup';
  constructor(readonly text: string) {}
}

/** The arguments of one call. */
export interface Arguments {
  readonly positional: readonly Datum[];
  readonly named: ReadonlyMap<string, Datum>;
}

/**
 * Macros, functions, methods, namespaces, loops: what can be called or has fields, but is no data.
 */
export class Gadget {
  readonly kind = 'gadget';
  constructor(
    /** As messages name it, such as `the method 'items'`. */
    readonly title: string,
    readonly abilities: {
      readonly call?: (given: Arguments) => Datum;
      readonly field?: (name: string) => Datum | undefined;
      /** Only a namespace. */
      readonly assign?: (name: string, value: Datum) => void;
      /** What to write instead where it is used as a value. */
      readonly remedy?: string;
      /** A method of a map that has a field of the same name. */
      readonly hidesField?: boolean;
      readonly length?: () => number;
      readonly print?: () => string;
    },
  ) {}
}
