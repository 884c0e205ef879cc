import { nearest } from '../../../base/index.ts';
import type { Library } from '../run/compiler.ts';
import type { Run } from '../run/run.ts';
import { fieldOf, missing } from '../values/access.ts';
import { typeError } from '../values/failure.ts';
import { isTrue } from '../values/kinds.ts';
import { type Datum, Gadget, Undefined } from '../values/special.ts';
import { chooseFilters, type Finder } from './choose-filters.ts';
import { functions } from './functions.ts';
import { toJson } from './json-filters.ts';
import { listFilters } from './list-filters.ts';
import { markupFilters } from './markup-filters.ts';
import { numberFilters } from './number-filters.ts';
import { orderFilters } from './order-filters.ts';
import { anyText, type Bound, textArgument } from './parameters.ts';
import { prettyPrint } from './pretty-print.ts';
import { type Method, routine } from './routine.ts';
import { allTests } from './tests.ts';
import { textFilters } from './text-filters.ts';

/** Puts the tables together; the same for every template. */
export function makeLibrary(): Library {
  const filters = new Map<string, Method>();
  const tests: ReadonlyMap<string, Method> = allTests({
    isFilter: (name) => filters.has(name),
    isTest: (name) => tests.has(name),
  });
  const finder: Finder = {
    filter: (run, name) => named(run, filters, { what: 'filter', name }),
    test: (run, name) => named(run, tests, { what: 'test', name }),
  };
  const tables = [
    chooseFilters(finder),
    listFilters,
    markupFilters,
    numberFilters,
    orderFilters,
    otherFilters,
    textFilters,
  ];
  for (const table of tables) {
    for (const [name, method] of Object.entries(table)) filters.set(name, method);
  }
  return { filters, tests, functions };
}

function named(
  run: Run,
  table: ReadonlyMap<string, Method>,
  wanted: { readonly what: string; readonly name: string },
): Method {
  const { what, name } = wanted;
  const method = table.get(name);
  if (method !== undefined) return method;
  const near = nearest(name, table.keys());
  const remedy = near === undefined ? undefined : `Did you mean '${near}'?`;
  throw typeError(run, `there is no ${what} named '${name.slice(0, 60)}'`, remedy);
}

const defaultFilter = routine("default_value='', boolean=false", withDefault);

const otherFilters: Readonly<Record<string, Method>> = {
  attr: routine('name', attribute),
  d: defaultFilter,
  default: defaultFilter,
  pprint: routine('', (run, value) => prettyPrint(run, value)),
  tojson: routine('indent=none', toJson),
};

function withDefault(run: Run, value: Datum, [otherwise = '', boolean = false]: Bound): Datum {
  if (value instanceof Undefined) return otherwise;
  return isTrue(run, boolean) && !isTrue(run, value) ? otherwise : value;
}

/** A method or a field of a loop, namespace or group; never a member of a map. */
function attribute(run: Run, value: Datum, [wanted = null]: Bound): Datum {
  const name = textArgument(run, wanted === null ? anyText(run, wanted) : wanted, 'name');
  if (value instanceof Undefined || value instanceof Gadget) return fieldOf(run, value, name);
  const method = run.methods.of(run, value, name);
  return method ?? missing(run, value, { name, label: undefined });
}
