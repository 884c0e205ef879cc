import type { TemplateLevel } from '../../../contract/index.ts';

// Every filter, test, function and method, with the level from which on a template may use it. What
// is not in this table does not exist: a test compares it with the library. Longer than a file
// should be because it is a table.

/** The levels that can call something; `interpolation_only` calls nothing. */
export type CallLevel = Exclude<TemplateLevel, 'interpolation_only' | 'unsafe'>;

export interface TableRow {
  readonly name: string;
  readonly level: CallLevel;
  /** `jinja2` and `python` behave as there; `own` is an addition. */
  readonly from: 'jinja2' | 'python' | 'own';
  readonly summary: string;
}

type Rows = readonly (readonly [name: string, summary: string])[];

function rows(level: CallLevel, from: TableRow['from'], listed: Rows): readonly TableRow[] {
  return listed.map(([name, summary]) => ({ name, level, from, summary }));
}

export const FILTER_TABLE: readonly TableRow[] = [
  ...rows('safe_expressions', 'jinja2', [
    ['abs', 'The absolute value.'],
    ['batch', 'Lists of `linecount` items each.'],
    ['capitalize', 'The first letter upper, the rest lower.'],
    ['center', 'Filled with spaces on both sides.'],
    ['count', 'The same as `length`.'],
    ['d', 'The same as `default`.'],
    ['default', 'Another value where this one is missing (with `true`: or false).'],
    ['dictsort', 'Pairs of a map, sorted by key or value.'],
    ['e', 'The same as `escape`.'],
    ['escape', 'Safe in HTML.'],
    ['filesizeformat', 'Bytes as kB, MB and so on.'],
    ['first', 'The first item.'],
    ['float', 'As a float, 0.0 where it is none.'],
    ['forceescape', 'As `escape`, even for what is marked safe.'],
    ['format', "`'%s: %d' | format(a, b)`."],
    ['groupby', 'Groups of items with the same field.'],
    ['indent', 'Lines indented.'],
    ['int', 'As a whole number, 0 where it is none.'],
    ['items', 'Pairs of key and value of a map.'],
    ['join', 'Items as one text, with a separator.'],
    ['last', 'The last item.'],
    ['length', 'How many items or characters.'],
    ['list', 'As a list.'],
    ['lower', 'In lower case.'],
    ['map', 'A filter, or a field (`attribute=`), of each item.'],
    ['max', 'The largest item.'],
    ['min', 'The smallest item.'],
    ['pprint', 'Laid out over several lines.'],
    ['reject', 'Items that fail a test.'],
    ['rejectattr', 'Items whose field fails a test.'],
    ['replace', 'One text in place of another.'],
    ['reverse', 'From the end to the start.'],
    ['round', "Rounded; `'ceil'` and `'floor'` too."],
    ['safe', 'Marked as safe in HTML.'],
    ['select', 'Items that pass a test.'],
    ['selectattr', 'Items whose field passes a test.'],
    ['slice', 'Cut into so many lists.'],
    ['sort', 'Sorted, also by fields.'],
    ['string', 'As text.'],
    ['striptags', 'Without HTML tags.'],
    ['sum', 'The sum, also of a field.'],
    ['title', 'Words with a capital letter.'],
    ['tojson', 'As JSON.'],
    ['trim', 'Without spaces, or given characters, at the ends.'],
    ['truncate', 'Cut to a length.'],
    ['unique', 'Each item once.'],
    ['upper', 'In upper case.'],
    ['urlencode', 'Safe in an address.'],
    ['urlize', 'Addresses made links.'],
    ['wordcount', 'How many words.'],
    ['wordwrap', 'Lines of a width.'],
    ['xmlattr', 'A map as attributes of a tag.'],
  ]),
  ...rows('safe_expressions', 'own', [
    ['keys', 'The keys of a map.'],
    ['ljust', 'Filled with spaces on the right.'],
    ['mapping', 'As a map, from pairs.'],
    ['number', 'As a number; an error where it is none.'],
    ['regex_search', 'The first match of a pattern, or none.'],
    ['rjust', 'Filled with spaces on the left.'],
    ['strip', 'The same as `trim`.'],
    ['values', 'The values of a map.'],
  ]),
  ...rows('sandboxed', 'jinja2', [['attr', 'A method by a computed name.']]),
];

export const TEST_TABLE: readonly TableRow[] = rows('safe_expressions', 'jinja2', [
  ['!=', 'Not equal.'],
  ['<', 'Less.'],
  ['<=', 'Less or equal.'],
  ['==', 'Equal.'],
  ['>', 'Greater.'],
  ['>=', 'Greater or equal.'],
  ['boolean', 'True or false.'],
  ['callable', 'A function, macro or method.'],
  ['defined', 'There is such a value.'],
  ['divisibleby', 'Divisible by a number.'],
  ['eq', 'Equal.'],
  ['equalto', 'Equal.'],
  ['escaped', 'Marked as safe in HTML.'],
  ['even', 'An even number.'],
  ['false', 'False itself.'],
  ['filter', 'The name of a filter.'],
  ['float', 'A float.'],
  ['ge', 'Greater or equal.'],
  ['greaterthan', 'Greater.'],
  ['gt', 'Greater.'],
  ['in', 'An item of.'],
  ['integer', 'A whole number.'],
  ['iterable', 'Can be gone through.'],
  ['le', 'Less or equal.'],
  ['lessthan', 'Less.'],
  ['lower', 'In lower case.'],
  ['lt', 'Less.'],
  ['mapping', 'A map.'],
  ['ne', 'Not equal.'],
  ['none', 'None.'],
  ['number', 'A number, true or false.'],
  ['odd', 'An odd number.'],
  ['sameas', 'The very same value.'],
  ['sequence', 'A list, map or string.'],
  ['string', 'A string.'],
  ['test', 'The name of a test.'],
  ['true', 'True itself.'],
  ['undefined', 'There is no such value.'],
  ['upper', 'In upper case.'],
]);

export const FUNCTION_TABLE: readonly TableRow[] = [
  ...rows('safe_expressions', 'jinja2', [
    ['dict', 'A map of names and values.'],
    ['range', 'Whole numbers from a start to before a stop; at most 100,000.'],
    ['cycler', 'Goes round through its items with `.next()`.'],
    ['joiner', 'Nothing the first time, then its separator.'],
    ['namespace', 'Fields that `{% set ns.x = ... %}` can change inside a loop.'],
  ]),
  ...rows('safe_expressions', 'python', [
    ['abs', 'The absolute value.'],
    ['bool', 'Whether it counts as true.'],
    ['float', 'As a float.'],
    ['int', 'As a whole number.'],
    ['len', 'How many items or characters.'],
    ['list', 'As a list.'],
    ['max', 'The largest.'],
    ['min', 'The smallest.'],
    ['round', 'Rounded, half to even.'],
    ['str', 'As text.'],
    ['sum', 'The sum.'],
  ]),
];

/** Names that Jinja2 has and that are left out on purpose, with what to say. */
export const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  ['random', 'The same data must give the same text each time, so there is nothing random.'],
  ['lipsum', 'The same data must give the same text each time, so there is nothing random.'],
  ['date', "Jinja2 has no filter 'date' either; format the date in an earlier node."],
]);

/** The methods that values have, all from Python, by what they belong to. */
export const METHOD_TABLE: readonly {
  readonly of: string;
  readonly level: CallLevel;
  readonly names: readonly string[];
}[] = [
  {
    of: 'string',
    level: 'safe_expressions',
    names: [
      'capitalize',
      'casefold',
      'center',
      'count',
      'endswith',
      'expandtabs',
      'find',
      'format',
      'format_map',
      'index',
      'isalnum',
      'isalpha',
      'isdecimal',
      'isdigit',
      'islower',
      'isnumeric',
      'isspace',
      'istitle',
      'isupper',
      'join',
      'ljust',
      'lower',
      'lstrip',
      'partition',
      'removeprefix',
      'removesuffix',
      'replace',
      'rfind',
      'rindex',
      'rjust',
      'rpartition',
      'rsplit',
      'rstrip',
      'split',
      'splitlines',
      'startswith',
      'strip',
      'swapcase',
      'title',
      'upper',
      'zfill',
    ],
  },
  { of: 'list', level: 'safe_expressions', names: ['copy', 'count', 'index'] },
  { of: 'tuple', level: 'safe_expressions', names: ['count', 'index'] },
  {
    of: 'map',
    level: 'safe_expressions',
    names: ['copy', 'get', 'items', 'keys', 'values'],
  },
];
