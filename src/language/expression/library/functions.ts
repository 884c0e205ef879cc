import { TEMPLATE_LIMITS } from '../../../base/index.ts';
import { type Run, spendItems } from '../run/run.ts';
import { float } from '../values/arithmetic.ts';
import { typeError } from '../values/failure.ts';
import { copyItems, iterate } from '../values/iterate.ts';
import { isTrue, kindName, stringOf } from '../values/kinds.ts';
import { entriesOf, isMap, makeDict } from '../values/maps.ts';
import { type Arguments, type Datum, type Dict, Gadget, Sequence } from '../values/special.ts';
import { textOf } from '../values/text.ts';
import { toFloat, toInteger } from './convert.ts';
import { dictFrom, measure, sumOf } from './list-filters.ts';
import { absolute, roundNumber, roundToInteger } from './number-filters.ts';
import { extremeOf } from './order-filters.ts';
import { type Bound, bind, integerArgument, readParameters } from './parameters.ts';
import type { Callable } from './routine.ts';

/** The functions that templates know without being given them. */
export const functions: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['abs', plain('x', (run, [x = null]) => absolute(run, x))],
  ['bool', plain("x=''", (run, [x = '']) => isTrue(run, x))],
  ['cycler', { signature: '*items', call: cycler }],
  ['dict', { signature: 'members=none, **kwargs', call: dict }],
  ['float', plain('x=0', convertFloat)],
  ['int', plain('x=0, base=10', convertInteger)],
  ['joiner', plain("sep=', '", joiner)],
  ['len', plain('x', (run, [x = null]) => measure(run, x))],
  ['list', plain('items=none', (run, [items = []]) => copyItems(run, items))],
  ['max', { signature: '*items', call: extreme('max') }],
  ['min', { signature: '*items', call: extreme('min') }],
  ['namespace', { signature: 'members=none, **kwargs', call: namespace }],
  ['range', { signature: 'start, stop=none, step=1', call: range }],
  ['round', plain('x, digits=none', round)],
  ['str', plain("x=''", (run, [x = '']) => textOf(run, x))],
  [
    'sum',
    plain('items, start=0', (run, [items = [], start = 0]) => {
      return sumOf(run, iterate(run, items), start);
    }),
  ],
]);

function plain(signature: string, work: (run: Run, bound: Bound) => Datum): Callable {
  const parameters = readParameters(signature);
  return {
    signature,
    call: (run, given) => work(run, bind(run, 'the function', parameters, given)),
  };
}

function convertFloat(run: Run, [x]: Bound): Datum {
  const made = x === undefined ? float(0) : toFloat(x);
  if (made !== undefined) return made;
  throw notANumber(run, x);
}

function convertInteger(run: Run, [x, base]: Bound): Datum {
  const wanted = integerArgument(run, base, { what: 'base', otherwise: 10 });
  const made = x === undefined ? 0 : toInteger(run, x, wanted);
  if (made !== undefined) return made;
  throw notANumber(run, x);
}

function notANumber(run: Run, x: Datum | undefined): Error {
  const text = stringOf(x);
  const shown = text === undefined ? kindName(x ?? null) : `'${text.slice(0, 40)}'`;
  return typeError(run, `${shown} is no number`, 'Use the filter with a default: x|int(0).');
}

function round(run: Run, [x = null, digits = null]: Bound): Datum {
  if (digits === null) return roundToInteger(run, x);
  return roundNumber(run, x, integerArgument(run, digits, { what: 'digits', otherwise: 0 }));
}

function extreme(which: 'min' | 'max') {
  return (run: Run, given: Arguments): Datum => {
    const { positional } = given;
    const [first = null] = positional;
    const items = positional.length === 1 ? iterate(run, first) : positional;
    const found = extremeOf(run, items, { which, key: (item) => item });
    const fallback = given.named.get('default');
    if (found !== undefined) return found;
    if (fallback !== undefined) return fallback;
    throw typeError(run, `${which}() of an empty list`, `Write ${which}(items, default=0).`);
  };
}

function range(run: Run, given: Arguments): Datum {
  const parts = given.positional.map((part) => {
    return integerArgument(run, part, { what: 'range()', otherwise: 0 });
  });
  if (given.named.size > 0 || parts.length === 0 || parts.length > 3) {
    throw typeError(run, 'range() takes one to three whole numbers', 'Write range(start, stop).');
  }
  const [start = 0, stop = 0, step = 1] = parts.length === 1 ? [0, parts[0]] : parts;
  if (step === 0) throw typeError(run, 'the step of range() must not be zero');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > TEMPLATE_LIMITS.rangeItems) {
    const most = TEMPLATE_LIMITS.rangeItems.toLocaleString('en');
    throw typeError(run, `range() would have ${count} items; at most ${most} are allowed`);
  }
  spendItems(run, count);
  const items = Array.from({ length: count }, (_, index) => start + index * step);
  return new Sequence('range', items, { start, stop, step });
}

/** Members of a map or of pairs, then those given by name. */
function dict(run: Run, given: Arguments): Dict {
  const [first, ...more] = given.positional;
  if (more.length > 0) throw typeError(run, 'at most one map can be given, then name=value');
  const base = first === undefined ? undefined : dictFrom(run, first);
  const members = base !== undefined && isMap(base) ? entriesOf(run, base) : [];
  return makeDict(run, [...members, ...given.named]);
}

function namespace(run: Run, given: Arguments): Datum {
  const members = new Map<string, Datum>();
  for (const [key, value] of entriesOf(run, dict(run, given))) members.set(textOf(run, key), value);
  return new Gadget('a namespace', {
    remedy: 'Read one of its fields.',
    field: (name) => members.get(name),
    assign: (name, value) => {
      members.set(name, value);
    },
  });
}

function cycler(run: Run, given: Arguments): Datum {
  const items = given.positional;
  if (items.length === 0) throw typeError(run, 'cycler() needs at least one item');
  let position = 0;
  const next = new Gadget("the method 'next'", {
    remedy: 'Call it: .next().',
    call: () => {
      const item = items[position] ?? null;
      position = (position + 1) % items.length;
      return item;
    },
  });
  const reset = new Gadget("the method 'reset'", {
    remedy: 'Call it: .reset().',
    call: () => {
      position = 0;
      return null;
    },
  });
  return new Gadget('a cycler', {
    remedy: 'Write .next() or .current.',
    field: (name) => {
      if (name === 'next') return next;
      if (name === 'reset') return reset;
      return name === 'current' ? items[position] : undefined;
    },
  });
}

function joiner(_run: Run, [separator = ', ']: Bound): Datum {
  let isUsed = false;
  return new Gadget('a joiner', {
    remedy: 'Call it.',
    call: () => {
      const text = isUsed ? separator : '';
      isUsed = true;
      return text;
    },
  });
}
