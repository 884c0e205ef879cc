import { type Random, seededRandom } from '../../src/base/index.ts';

/**
 * What generated templates are made of; `hostile` adds names that lead somewhere in other engines.
 */
export interface Grammar {
  readonly names: readonly string[];
  readonly hostile: boolean;
}

interface Generator extends Grammar {
  readonly random: Random;
  /** Parts that may still be made; keeps a template small. */
  left: number;
}

/** A template that depends on the seed alone. */
export function generateTemplate(seed: number, grammar: Grammar): string {
  const generator: Generator = { ...grammar, random: seededRandom(seed), left: 24 };
  let text = '';
  for (let count = 1 + below(generator, 3); count > 0; count -= 1) text += statement(generator, 3);
  return text;
}

function below(generator: Generator, limit: number): number {
  return Math.floor(generator.random.next() * limit);
}

function pick<Item>(generator: Generator, items: readonly Item[]): Item {
  // The index is within the list, which is never empty.
  return items[below(generator, items.length)] as Item;
}

const LITERALS = [
  '0',
  '1',
  '2',
  '-1',
  '7',
  '2.5',
  '1.0',
  '0.1',
  '1e3',
  '1e16',
  "''",
  "'a'",
  "'Bc d'",
  "'%s-%d'",
  "'{}'",
  "'<b>&'",
  "'é😀x'",
  "'10'",
  "'3.5'",
  "'a,b,c'",
  'true',
  'false',
  'none',
  '[]',
  '{}',
  '[1, 2, 3]',
  "['b', 'A', 'c']",
  "{'a': 1, 'b': 'x'}",
  '(1, 2)',
  'range(4)',
];

const HOSTILE_NAMES = [
  'constructor',
  '__proto__',
  'prototype',
  '__class__',
  '__mro__',
  '__globals__',
  '__subclasses__',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'process',
  'globalThis',
  'require',
  'self',
  'length',
  'kind',
  'call',
  'abilities',
  'entries',
];

const FILTERS = [
  'abs',
  'batch(2)|list',
  'capitalize',
  'center(9)',
  'count',
  "default('d')",
  'dictsort',
  'e',
  'escape',
  'filesizeformat',
  'first',
  'float',
  'forceescape',
  'format(1)',
  'groupby(0)|list|length',
  'indent(2, true)',
  'int',
  'items|list',
  "join('-')",
  'last',
  'length',
  'list',
  'lower',
  "map('string')|list",
  "map(attribute='a')|list",
  'max',
  'min',
  "reject('none')|list",
  "replace('a', 'zz')",
  'reverse|list',
  'round',
  'round(1)',
  'round(-1)',
  "round(1, 'ceil')",
  'safe',
  "select('string')|list",
  "selectattr('a', 'defined')|list",
  'slice(2)|list',
  'sort',
  'sort(true)',
  'string',
  'striptags',
  'sum',
  'title',
  'tojson',
  'tojson(1)',
  'trim',
  "truncate(4, true, '.', 0)",
  'unique|list',
  'upper',
  'urlencode',
  'wordcount',
  'wordwrap(4)',
  'xmlattr',
];

const TESTS = [
  'boolean',
  'defined',
  'divisibleby 2',
  'eq 1',
  'even',
  'false',
  'float',
  'in [1, 2]',
  'integer',
  'iterable',
  'lower',
  'mapping',
  'none',
  'number',
  'odd',
  'sequence',
  'string',
  'true',
  'undefined',
  'upper',
];

const METHODS = [
  'upper()',
  'split()',
  "split(',')",
  "replace('a', 'b')",
  'strip()',
  'title()',
  "find('b')",
  "count('a')",
  'isdigit()',
  "startswith('a')",
  'items()',
  'keys()',
  'values()',
  "get('a')",
  "get('zz', 0)",
  'format(1, 2)',
  "join(['x', 'y'])",
  'zfill(6)',
  'center(7)',
  'index(1)',
  'count(1)',
];

const BINARY = ['+', '-', '*', '/', '//', '%', '~', '**'];
const COMPARE = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'];

function expression(generator: Generator, depth: number): string {
  generator.left -= 1;
  if (depth === 0 || generator.left <= 0) return atom(generator);
  // Mostly of fitting types, so that most templates render instead of being refused.
  if (below(generator, generator.hostile ? 2 : 8) > 0) {
    return pick(generator, [text, number, list, truth])(generator, depth);
  }
  const inner = () => expression(generator, depth - 1);
  switch (below(generator, 14)) {
    case 0:
    case 1:
      return atom(generator);
    case 2:
    case 3:
      return `${group(inner())} ${pick(generator, BINARY)} ${group(inner())}`;
    case 4:
      return `${group(inner())} ${pick(generator, COMPARE)} ${group(inner())}`;
    case 5:
      return `${group(inner())} ${pick(generator, ['and', 'or'])} ${group(inner())}`;
    case 6:
    case 7:
    case 8:
      return `${group(inner())}|${filter(generator)}`;
    case 9:
      return `${group(inner())} is ${pick(generator, ['', 'not '])}${pick(generator, TESTS)}`;
    case 10:
      return `${group(inner())}.${pick(generator, METHODS)}`;
    case 11:
      return access(generator, group(inner()));
    case 12:
      return `(${inner()} if ${inner()} else ${inner()})`;
    default:
      return pick(generator, [`[${inner()}, ${inner()}]`, `{'k': ${inner()}}`, `not ${inner()}`]);
  }
}

const TEXTS = [
  'name',
  'word',
  'quote',
  'html',
  'long',
  'user.name',
  "'aB c'",
  "''",
  "'é😀x'",
  "'12'",
];
const TEXT_FILTERS = [
  'upper',
  'lower',
  'title',
  'capitalize',
  'trim',
  'reverse',
  'string',
  'e',
  "replace('a', 'zz')",
  "default('d', true)",
  'center(12)',
  'truncate(6, true)',
  'wordwrap(9)',
  'urlencode',
  'striptags',
  'indent(2)',
  'forceescape',
];
const TEXT_METHODS = [
  'upper()',
  'title()',
  'swapcase()',
  "replace('e', '_')",
  "strip('a')",
  'zfill(8)',
  "ljust(6, '.')",
  'capitalize()',
  "format(1, 'x')",
];

function text(generator: Generator, depth: number): string {
  generator.left -= 1;
  if (depth === 0 || generator.left <= 0) return pick(generator, TEXTS);
  const inner = () => group(text(generator, depth - 1));
  switch (below(generator, 9)) {
    case 0:
      return `${inner()} ~ ${group(expression(generator, depth - 1))}`;
    case 1:
      return `${inner()}[${pick(generator, ['1:', ':-1', '::-1', '-3:', '0:2', '1::2'])}]`;
    case 2:
      return `${inner()}.${pick(generator, TEXT_METHODS)}`;
    case 3:
      return `${group(list(generator, depth - 1))}|join(', ')`;
    case 4:
      return `${group(expression(generator, depth - 1))}|${pick(generator, ['string', 'tojson', 'pprint'])}`;
    case 5:
      return `'%s|%5s|%-4s' % (${inner()}, ${group(number(generator, depth - 1))}, 'x')`;
    default:
      return `${inner()}|${pick(generator, TEXT_FILTERS)}`;
  }
}

const NUMBERS = [
  'n',
  'zero',
  'neg',
  'pi',
  'half',
  'tiny',
  'big',
  'user.age',
  '3',
  '2.5',
  '1.0',
  '10',
];

function number(generator: Generator, depth: number): string {
  generator.left -= 1;
  if (depth === 0 || generator.left <= 0) return pick(generator, NUMBERS);
  const inner = () => group(number(generator, depth - 1));
  switch (below(generator, 8)) {
    case 0:
    case 1:
    case 2:
      return `${inner()} ${pick(generator, BINARY.slice(0, 6))} ${inner()}`;
    case 3:
      return `${inner()}|${pick(generator, ['abs', 'int', 'float', 'round', 'round(1)', 'round(-1)', "round(2, 'floor')"])}`;
    case 4:
      return `${group(list(generator, depth - 1))}|length`;
    case 5:
      return `-${inner()}`;
    case 6:
      return `${group(text(generator, depth - 1))}|${pick(generator, ['length', 'wordcount', 'int(3)', 'float'])}`;
    default:
      return `${pick(generator, ['numbers', 'floats', 'range(5)', '[1, 2.5]'])}|${pick(generator, ['sum', 'max', 'min', 'first', 'last'])}`;
  }
}

const LISTS = [
  'numbers',
  'words',
  'mixed',
  'nested',
  'pairs',
  'range(4)',
  'user.tags',
  "['b', 'A']",
  'map',
];
const LIST_FILTERS = [
  'list',
  'reverse|list',
  'unique|list',
  'batch(2)|list',
  'slice(2)|list',
  "map('string')|list",
  "select('string')|list",
  "reject('none')|list",
  "map('string')|sort",
  "map('string')|map('upper')|list",
];

function list(generator: Generator, depth: number): string {
  generator.left -= 1;
  if (depth === 0 || generator.left <= 0) return pick(generator, LISTS);
  const inner = () => group(list(generator, depth - 1));
  switch (below(generator, 7)) {
    case 0:
      return `${inner()}|list + ${inner()}|list`;
    case 1:
      return `(${inner()}|list)[${pick(generator, ['1:', ':-1', '::-1', '::2'])}]`;
    case 2:
      return `[${expression(generator, depth - 1)}, ${expression(generator, depth - 1)}]`;
    case 3:
      return `users|map(attribute='${pick(generator, ['name', 'age', 'city'])}')|list`;
    case 4:
      return `users|sort(attribute='${pick(generator, ['name', 'age,city', 'city'])}')|map(attribute='name')|list`;
    case 5:
      return `${pick(generator, ['map', "{'b': 2, 'a': 1}"])}|dictsort${pick(generator, ['', "(by='value')"])}`;
    default:
      return `${inner()}|${pick(generator, LIST_FILTERS)}`;
  }
}

function truth(generator: Generator, depth: number): string {
  const inner = () => group(expression(generator, depth - 1));
  switch (below(generator, 5)) {
    case 0:
      return `${group(number(generator, depth - 1))} ${pick(generator, COMPARE.slice(0, 6))} ${group(number(generator, depth - 1))}`;
    case 1:
      return `${inner()} ${pick(generator, ['==', '!='])} ${inner()}`;
    case 2:
      return `${inner()} is ${pick(generator, ['', 'not '])}${pick(generator, ['string', 'number', 'defined', 'mapping', 'none', 'iterable', 'sequence'])}`;
    case 3:
      return `${inner()} in ${group(list(generator, depth - 1))}`;
    default:
      return `not ${inner()}`;
  }
}

function group(text: string): string {
  return /^[\w']+$/.test(text) || /^[[({].*[\])}]$/.test(text) ? text : `(${text})`;
}

function atom(generator: Generator): string {
  if (generator.hostile && below(generator, 5) === 0) return pick(generator, HOSTILE_NAMES);
  return below(generator, 2) === 0 ? pick(generator, LITERALS) : pick(generator, generator.names);
}

function filter(generator: Generator): string {
  if (!generator.hostile || below(generator, 3) > 0) return pick(generator, FILTERS);
  const name = pick(generator, HOSTILE_NAMES);
  return pick(generator, [
    `attr('${name}')`,
    `map(attribute='${name}')|list`,
    `sort(attribute='${name}')`,
    `groupby('${name}')`,
    `selectattr('${name}')|list`,
    `map('${name}')|list`,
    `join(attribute='${name}')`,
    'pprint',
    'attr',
    `default(${name})`,
    "regex_search('(a*)*b')",
    `center(${pick(generator, ['1e9', '1000000000'])})`,
    'indent(999999999)',
    'format(1, 2, 3)',
    'batch(999999999, 1)',
    'slice(999999999)',
    "replace('', 'x' * 9999)",
    'urlize',
  ]);
}

function access(generator: Generator, object: string): string {
  const { hostile } = generator;
  const name = pick(generator, hostile ? HOSTILE_NAMES : ['a', 'b', 'name', 'missing']);
  return pick(generator, [
    `${object}.${name}`,
    `${object}['${name}']`,
    `${object}['${name.slice(0, 2)}' ~ '${name.slice(2)}']`,
    `${object}[0]`,
    `${object}[-1]`,
    `${object}[1:]`,
    `${object}[::-1]`,
    `${object}.${name}()`,
    `'{0.${name}}'.format(${object})`,
    `'{0[${name}]}'.format(${object})`,
    `'%(${name})s' % ${object}`,
  ]);
}

function statement(generator: Generator, depth: number): string {
  generator.left -= 1;
  if (depth === 0 || generator.left <= 0) return print(generator);
  const inner = () => statement(generator, depth - 1);
  const value = () => expression(generator, 2);
  switch (below(generator, 16)) {
    case 0:
      return `{% if ${value()} %}${inner()}{% else %}${inner()}{% endif %}`;
    case 1:
      return `{% for x in ${value()} %}${inner()}{{ loop.index }}{% else %}none{% endfor %}`;
    case 2:
      return `{% for x in ${value()} if ${value()} %}{{ x }},${inner()}{% endfor %}`;
    case 3:
      return `{% for x, y in ${value()} -%} {{ x }}{{ y }} {%- endfor %}`;
    case 4:
      return `{% set v = ${value()} %}${inner()}{{ v }}`;
    case 5:
      return `{% set v %}${inner()}{% endset %}{{ v|length }}`;
    case 6:
      return `{% with v = ${value()} %}${inner()}{% endwith %}`;
    case 7:
      return `{% macro m(p, q=${value()}) %}${inner()}{{ p }}{{ q }}{% endmacro %}{{ m(${value()}) }}`;
    case 8:
      return `{% macro c() %}[{{ caller() }}]{% endmacro %}{% call c() %}${inner()}{% endcall %}`;
    case 9:
      return `{% filter upper %}${inner()}{% endfilter %}`;
    case 10:
      return `text {# comment #}\n${inner()}`;
    default:
      return print(generator);
  }
}

function print(generator: Generator): string {
  return `{{ ${expression(generator, 3)} }}`;
}
