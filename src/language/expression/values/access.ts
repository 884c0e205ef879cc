import { nearest } from '../../../base/index.ts';
import { type Run, spendItems, spendReading } from '../run/run.ts';
import { quoted } from '../syntax/index.ts';
import { charactersOf, isWide } from './characters.ts';
import { undefinedError } from './failure.ts';
import { isInteger, isList, kindName, stringOf, wrongKind } from './kinds.ts';
import { type AnyMap, isMap, memberOf } from './maps.ts';
import { type Datum, Dict, Gadget, Markup, Sequence, Undefined } from './special.ts';

// Jinja2 reads `a.b` as a method first and a field second, and `a['b']` the other way round. Only
// own members of data are ever read, so no name reaches anything of the host.

/** `object.name`: a method, a field, or undefined. `label` is how the template wrote the object. */
export function fieldOf(run: Run, object: Datum, name: string, label?: string): Datum {
  if (object instanceof Undefined) throw undefinedError(object);
  const part = partOf(object, name);
  if (part !== undefined) return part;
  const method = run.methods.of(run, object, name);
  if (method !== undefined) return method;
  const member = isMap(object) ? memberOf(run, object, name) : undefined;
  return member === undefined ? missing(run, object, { name, label }) : member;
}

/** `object[key]`: an item, a member, a method, or undefined. */
export function itemOf(run: Run, object: Datum, key: Datum, label?: string): Datum {
  if (object instanceof Undefined) throw undefinedError(object);
  if (key instanceof Undefined) throw undefinedError(key);
  const found = isMap(object) ? memberOf(run, object, key) : indexed(run, object, key);
  if (found !== undefined) return found;
  const name = stringOf(key);
  const method = name === undefined ? undefined : run.methods.of(run, object, name);
  if (method !== undefined) return method;
  const part = name === undefined ? undefined : partOf(object, name);
  return part === undefined ? missing(run, object, { name: key, label }) : part;
}

function partOf(object: Datum, name: string): Datum | undefined {
  if (object instanceof Gadget) return object.abilities.field?.(name);
  if (!(object instanceof Sequence) || object.form !== 'group') return undefined;
  if (name === 'grouper') return object.items[0];
  return name === 'list' ? object.items[1] : undefined;
}

function indexed(run: Run, object: Datum, key: Datum): Datum | undefined {
  if (typeof key !== 'boolean' && !isInteger(key)) return undefined;
  const index = Number(key);
  if (isList(object)) return object.at(index);
  if (object instanceof Sequence) {
    return object.form.startsWith('dict') ? undefined : object.items.at(index);
  }
  const text = stringOf(object);
  if (text === undefined) return undefined;
  spendReading(run, text.length);
  const character = isWide(text) ? charactersOf(text).at(index) : text.at(index);
  if (character === undefined) return undefined;
  return object instanceof Markup ? new Markup(character) : character;
}

interface Wanted {
  readonly name: Datum;
  readonly label: string | undefined;
}

/** What reading a field that is not there gives. */
export function missing(run: Run, object: Datum, wanted: Wanted): Undefined {
  return new Undefined(() => explain(run, object, wanted), run.at);
}

function explain(run: Run, object: Datum, wanted: Wanted) {
  const { name, label } = wanted;
  const owner = label === undefined ? kindName(object) : quoted(label);
  if (isInteger(name)) {
    return {
      message: `${owner} has no item ${name}`,
      remedy: 'Test its length, or use default().',
    };
  }
  const text = stringOf(name);
  if (text === undefined) return { message: `${owner} has no such item` };
  if (/^__\w+__$/.test(text)) {
    return {
      message: `${owner} has no field ${quoted(text)}: nothing of Python can be reached`,
      remedy: 'Read fields of the data only.',
      forbidden: true,
    };
  }
  const message = `${owner} has no field ${quoted(text)}`;
  const near = nearest(text, namesIn(run, object));
  if (near !== undefined) return { message, remedy: `Did you mean '${near}'?` };
  const isNamed = label !== undefined && !isMap(object);
  return { message: isNamed ? `${message}, it is ${kindName(object)}` : message };
}

const NAMES_MAX = 200;

function namesIn(run: Run, object: Datum): readonly string[] {
  const names = run.methods.namesFor(object);
  return isMap(object) ? [...fieldsOf(object), ...names] : names;
}

function fieldsOf(map: AnyMap): readonly string[] {
  const keys = map instanceof Dict ? [...map.entries.keys()] : Object.keys(map);
  return keys.slice(0, NAMES_MAX).filter((key) => typeof key === 'string');
}

export interface Bounds {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number;
}

/**
 * `object[start:stop:step]`: a part of a list, tuple, range or string. Throws TEMPLATE_TYPE for the
 * rest.
 */
export function partBetween(run: Run, object: Datum, bounds: Bounds): Datum {
  if (object instanceof Undefined) throw undefinedError(object);
  const text = stringOf(object);
  if (text !== undefined) {
    spendItems(run, isWide(text) || bounds.step !== 1 ? text.length : text.length >>> 3);
    const part =
      isWide(text) || bounds.step !== 1 ? pickText(text, bounds) : sliceText(text, bounds);
    return object instanceof Markup ? new Markup(part) : part;
  }
  const items = isList(object) ? object : object instanceof Sequence ? object.items : undefined;
  if (items === undefined || (object instanceof Sequence && object.form.startsWith('dict'))) {
    throw wrongKind(run, 'take a slice of', object, 'Make it a list with |list.');
  }
  const place = placesOf(bounds, items.length);
  const picked = pick(items, place);
  spendItems(run, picked.length);
  if (!(object instanceof Sequence)) return picked;
  if (object.form !== 'range' || object.bounds === undefined) return new Sequence('tuple', picked);
  const { start, step } = object.bounds;
  return new Sequence('range', picked, {
    start: start + place.start * step,
    stop: start + place.stop * step,
    step: step * place.step,
  });
}

function sliceText(text: string, bounds: Bounds): string {
  return text.slice(bounds.start ?? 0, bounds.stop ?? text.length);
}

function pickText(text: string, bounds: Bounds): string {
  const characters = charactersOf(text);
  return pick(characters, placesOf(bounds, characters.length)).join('');
}

interface Places {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
}

/** Where a slice starts and stops in a list of this length, as Python's `slice.indices`. */
function placesOf(bounds: Bounds, length: number): Places {
  const { step } = bounds;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const place = (index: number | undefined, otherwise: number) => {
    if (index === undefined) return otherwise;
    return Math.min(high, Math.max(low, index < 0 ? index + length : index));
  };
  const [first, last] = step > 0 ? [low, high] : [high, low];
  return { start: place(bounds.start, first), stop: place(bounds.stop, last), step };
}

function pick<Item>(items: readonly Item[], places: Places): Item[] {
  const { start, stop, step } = places;
  if (step === 1) return items.slice(start, Math.max(start, stop));
  const picked: Item[] = [];
  for (let at = start; step > 0 ? at < stop : at > stop; at += step) {
    // `start` and `stop` are within the list.
    picked.push(items[at] as Item);
  }
  return picked;
}
