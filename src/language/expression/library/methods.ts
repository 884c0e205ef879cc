import { type Methods, type Run, spendReading } from '../run/run.ts';
import { typeError } from '../values/failure.ts';
import { isList, stringOf } from '../values/kinds.ts';
import { isMap, memberOf } from '../values/maps.ts';
import { type Datum, Gadget, Markup, Sequence } from '../values/special.ts';
import { listMethods } from './methods-list.ts';
import { mapMethods } from './methods-map.ts';
import { textMethods } from './methods-text.ts';
import { bind } from './parameters.ts';
import type { Method } from './routine.ts';

type Kind = 'string' | 'list' | 'sequence' | 'map';

const TABLES: Readonly<Record<Kind, ReadonlyMap<string, Method>>> = {
  string: textMethods,
  list: listMethods,
  sequence: new Map([...listMethods].filter(([name]) => name === 'index' || name === 'count')),
  map: mapMethods,
};

/** Python's methods that change their list or map: Jinja2's immutable sandbox refuses them too. */
const CHANGING: Readonly<Record<Kind, readonly string[]>> = {
  string: [],
  list: ['append', 'clear', 'extend', 'insert', 'pop', 'remove', 'reverse', 'sort'],
  sequence: [],
  map: ['clear', 'pop', 'popitem', 'setdefault', 'update', 'fromkeys'],
};

const CHANGE_ADVICE: Readonly<Record<Kind, string>> = {
  string: '',
  list: 'Make a new list: {% set items = items + [x] %}; in a loop use a namespace.',
  sequence: '',
  map: 'Make a new map: {% set new = dict(old, key=value) %}.',
};

function kindOf(value: Datum): Kind | undefined {
  if (stringOf(value) !== undefined) return 'string';
  if (isList(value)) return 'list';
  if (value instanceof Sequence) return value.form.startsWith('dict') ? undefined : 'sequence';
  return isMap(value) ? 'map' : undefined;
}

/** The methods of values; `bound` methods are values only to be called. */
export const methods: Methods = {
  of(run, value, name) {
    const kind = kindOf(value);
    if (kind === undefined) return undefined;
    const method = TABLES[kind].get(name);
    if (method !== undefined) return bound(run, { value, name, method, kind });
    return CHANGING[kind].includes(name) ? refused(run, { value, name, kind }) : undefined;
  },
  namesFor(value) {
    const kind = kindOf(value);
    return kind === undefined ? [] : [...TABLES[kind].keys()];
  },
};

interface Found {
  readonly value: Datum;
  readonly name: string;
  readonly kind: Kind;
}

function bound(run: Run, found: Found & { readonly method: Method }): Gadget {
  const { value, name, method } = found;
  const title = `the method '${name}'`;
  return new Gadget(title, {
    ...adviceFor(run, found),
    call: (given) => {
      const text = stringOf(value);
      if (text !== undefined) spendReading(run, text.length);
      if ('applyAny' in method) return method.applyAny(run, value, given);
      const made = method.apply(run, value, bind(run, `${name}()`, method.parameters, given));
      return value instanceof Markup ? markedUp(made) : made;
    },
  });
}

/** Methods of Markup give Markup, as in MarkupSafe. */
function markedUp(made: Datum): Datum {
  if (typeof made === 'string') return new Markup(made);
  if (isList(made)) return made.map(markedUp);
  return made instanceof Sequence ? new Sequence(made.form, made.items.map(markedUp)) : made;
}

function adviceFor(run: Run, found: Found) {
  const { value, name, kind } = found;
  if (kind !== 'map') return { remedy: `Call it: .${name}().` };
  const hidesField = isMap(value) && memberOf(run, value, name) !== undefined;
  if (!hidesField) return { remedy: `Call it: .${name}(); for a field write ['${name}'].` };
  return { hidesField, remedy: `Write ['${name}'] for the field, or .${name}() to call it.` };
}

/** A changing method; an error unless the value has a field of that name, which is then meant. */
function refused(run: Run, found: Found): Datum {
  const { value, name, kind } = found;
  const field = isMap(value) ? memberOf(run, value, name) : undefined;
  if (field !== undefined) return field;
  const what = kind === 'map' ? 'maps' : 'lists';
  const refuse = () => {
    return typeError(
      run,
      `${what} cannot be changed in a template: '${name}'`,
      CHANGE_ADVICE[kind],
    );
  };
  return new Gadget(`the method '${name}'`, {
    remedy: CHANGE_ADVICE[kind],
    call: () => {
      throw refuse();
    },
  });
}
