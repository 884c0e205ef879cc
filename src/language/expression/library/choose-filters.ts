import { type Run, spendItems, spendSteps } from '../run/run.ts';
import { typeError } from '../values/failure.ts';
import { iterate } from '../values/iterate.ts';
import { isTrue } from '../values/kinds.ts';
import type { Arguments, Datum } from '../values/special.ts';
import { fieldReader } from './field-path.ts';
import { bind, textArgument } from './parameters.ts';
import { freeRoutine, type Method } from './routine.ts';

/** Finds filters and tests by a name that a template computes. Throws TEMPLATE_TYPE. */
export interface Finder {
  filter(run: Run, name: string): Method;
  test(run: Run, name: string): Method;
}

/** Applies a filter, test or method to a value. */
export function applyMethod(
  run: Run,
  method: Method,
  call: { readonly value: Datum; readonly given: Arguments; readonly title: string },
): Datum {
  const { value, given, title } = call;
  if ('applyAny' in method) return method.applyAny(run, value, given);
  return method.apply(run, value, bind(run, title, method.parameters, given));
}

/** The filters that run a filter or a test on each item. */
export function chooseFilters(finder: Finder): Readonly<Record<string, Method>> {
  const choose = (options: ChooseOptions) => {
    const signature = options.byField ? 'attribute, test=none, *args' : 'test=none, *args';
    return freeRoutine(signature, (run, value, given) => chosen(run, { value, given }, options));
  };
  return {
    map: freeRoutine('filter, *args, **kwargs', (run, value, given) => {
      return mapItems(run, { value, given }, finder);
    }),
    reject: choose({ finder, keeps: false, byField: false }),
    rejectattr: choose({ finder, keeps: false, byField: true }),
    select: choose({ finder, keeps: true, byField: false }),
    selectattr: choose({ finder, keeps: true, byField: true }),
  };
}

interface ChooseOptions {
  readonly finder: Finder;
  readonly keeps: boolean;
  readonly byField: boolean;
}

interface Work {
  readonly value: Datum;
  readonly given: Arguments;
}

function chosen(run: Run, work: Work, options: ChooseOptions): Datum {
  const { named } = work.given;
  const [first, ...rest] = work.given.positional;
  if (!isTrue(run, work.value)) return [];
  if (options.byField && first === undefined) throw typeError(run, 'the field to test is missing');
  const read = fieldReader(run, options.byField ? first : undefined);
  const [name, ...positional] = options.byField ? rest : work.given.positional;
  const test = name === undefined ? undefined : testNamed(run, options.finder, name);
  const items = iterate(run, work.value);
  spendItems(run, items.length);
  return items.filter((item) => {
    spendSteps(run, 1);
    const value = read(item);
    if (test === undefined) return isTrue(run, value) === options.keeps;
    const title = `the test '${test.name}'`;
    const result = applyMethod(run, test.method, { value, given: { positional, named }, title });
    return isTrue(run, result) === options.keeps;
  });
}

function testNamed(run: Run, finder: Finder, name: Datum) {
  const text = textArgument(run, name, 'the name of the test');
  return { name: text, method: finder.test(run, text) };
}

function mapItems(run: Run, work: Work, finder: Finder): Datum {
  const { positional, named } = work.given;
  if (!isTrue(run, work.value)) return [];
  const items = iterate(run, work.value);
  spendItems(run, items.length);
  const [name, ...rest] = positional;
  if (name === undefined) return items.map(fieldOfEach(run, named));
  const text = textArgument(run, name, 'the name of the filter');
  const method = finder.filter(run, text);
  const given = { positional: rest, named };
  return items.map((value) => {
    spendSteps(run, 1);
    return applyMethod(run, method, { value, given, title: `the filter '${text}'` });
  });
}

function fieldOfEach(run: Run, named: ReadonlyMap<string, Datum>) {
  const attribute = named.get('attribute');
  if (attribute === undefined) {
    throw typeError(run, 'map needs the name of a filter', "Or attribute='field'.");
  }
  for (const name of named.keys()) {
    if (name !== 'attribute' && name !== 'default') {
      throw typeError(run, `map has no argument '${name}'`);
    }
  }
  return fieldReader(run, attribute, named.get('default'));
}
