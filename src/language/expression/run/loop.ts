import type { At } from '../syntax/index.ts';
import { isEqual } from '../values/compare.ts';
import { typeError } from '../values/failure.ts';
import { type Datum, Gadget, Undefined } from '../values/special.ts';
import type { Run } from './run.ts';

/** One running loop, for the variable `loop`. */
export interface Loop {
  readonly run: Run;
  readonly at: At;
  readonly items: readonly Datum[];
  index: number;
  readonly depth: number;
  /** What `loop.changed()` was given last. */
  last: readonly Datum[] | undefined;
  /** Renders the body for other items: recursive loops only. */
  readonly again: ((items: Datum) => Datum) | undefined;
}

/**
 * The variable `loop`: index, first, last, cycle() and the like, and a call where it is recursive.
 */
export function loopVariable(loop: Loop): Gadget {
  const { run, again } = loop;
  return new Gadget("the variable 'loop'", {
    remedy: 'Write loop.index, loop.first, loop.last or another of its fields.',
    field: (name) => fieldOfLoop(loop, name),
    length: () => loop.items.length,
    call: (given) => {
      if (again === undefined) {
        throw typeError(run, 'this loop is not recursive', 'Write {% for x in items recursive %}.');
      }
      const [items, ...more] = given.positional;
      if (items === undefined || more.length > 0 || given.named.size > 0) {
        throw typeError(run, 'loop() takes one list');
      }
      return again(items);
    },
  });
}

function fieldOfLoop(loop: Loop, name: string): Datum | undefined {
  const { index, items } = loop;
  switch (name) {
    case 'index':
      return index + 1;
    case 'index0':
      return index;
    case 'revindex':
      return items.length - index;
    case 'revindex0':
      return items.length - index - 1;
    case 'first':
      return index === 0;
    case 'last':
      return index === items.length - 1;
    case 'length':
      return items.length;
    case 'depth':
      return loop.depth + 1;
    case 'depth0':
      return loop.depth;
    case 'previtem':
      return index === 0 ? absent(loop, 'previous') : items[index - 1];
    case 'nextitem':
      return index + 1 < items.length ? items[index + 1] : absent(loop, 'next');
    case 'cycle':
      return cycleMethod(loop);
    case 'changed':
      return changedMethod(loop);
    default:
      return undefined;
  }
}

function absent(loop: Loop, which: string): Undefined {
  return new Undefined(() => ({ message: `there is no ${which} item in the loop` }), loop.run.at);
}

function cycleMethod(loop: Loop): Gadget {
  return new Gadget("the method 'cycle'", {
    remedy: "Call it: loop.cycle('a', 'b').",
    call: ({ positional }) => {
      const item = positional[loop.index % positional.length];
      if (item !== undefined) return item;
      throw typeError(loop.run, 'loop.cycle() needs at least one value');
    },
  });
}

function changedMethod(loop: Loop): Gadget {
  return new Gadget("the method 'changed'", {
    remedy: 'Call it: loop.changed(value).',
    call: ({ positional }) => {
      const { last } = loop;
      const isSame =
        last !== undefined &&
        last.length === positional.length &&
        positional.every((value, index) => isEqual(loop.run, value, last[index] ?? null));
      if (!isSame) loop.last = positional;
      return !isSame;
    },
  });
}
