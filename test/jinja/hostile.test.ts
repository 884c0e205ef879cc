import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors/index.ts';
import { compileTemplate } from '../../src/language/expression/index.ts';
import { plainNames } from './oracle.ts';

const CORPORA =
  process.env.CORPORA_DIR ?? new URL('../../../shared/corpora', import.meta.url).pathname;
const SSTI = `${CORPORA}/ssti`;

const NAMES = [
  'constructor',
  '__proto__',
  'prototype',
  '__class__',
  '__mro__',
  'mro',
  '__globals__',
  '__subclasses__',
  '__init__',
  '__builtins__',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupGetter__',
  'caller',
  'callee',
  'arguments',
];

const OBJECTS = [
  "''",
  'text',
  '5',
  '2.5',
  '[]',
  'list',
  '{}',
  'map',
  'true',
  'none',
  'range',
  '(1,)',
];

/** Every way to write a name after an object. */
function spellings(object: string, name: string): readonly string[] {
  const half = Math.floor(name.length / 2);
  const escaped = Array.from(name, (each) => {
    return `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`;
  }).join('');
  return [
    `${object}.${name}`,
    `${object}['${name}']`,
    `${object}["${escaped}"]`,
    `${object}['${name.slice(0, half)}' ~ '${name.slice(half)}']`,
    `${object}['${name.slice(0, half)}' + '${name.slice(half)}']`,
    `${object}[['${name}'] | first]`,
    `${object} | attr('${name}')`,
    `[${object}] | map(attribute='${name}') | list`,
    `[${object}] | map('attr', '${name}') | list`,
    `[${object}] | groupby('${name}')`,
    `[${object}, ${object}] | sort(attribute='${name}')`,
    `[${object}] | sum(attribute='${name}')`,
    `[${object}] | selectattr('${name}') | list`,
    `[${object}] | join(attribute='${name}')`,
    `[${object}, ${object}] | max(attribute='${name}')`,
    `'{0.${name}}'.format(${object})`,
    `'{0[${name}]}'.format(${object})`,
    `'{x.${name}}'.format(x=${object})`,
    `'{x.${name}}'.format_map({'x': ${object}})`,
    `'%(${name})s' % ${object}`,
    `'%(${name})s' | format(**${object})`,
    `${object}.${name}.${name}`,
    `${object}.${name}()`,
    `${object}['${name}']('return 1')()`,
  ];
}

const names = plainNames({ text: 'abc', list: [1, 2], map: { a: 1 } });

/** The text of a template, or the code of its error; anything else is a defect. */
function outcome(template: string, data = names): string {
  try {
    return compileTemplate(template, 'unsafe').render(data);
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('TEMPLATE_')) return error.code;
    throw error;
  }
}

describe('names of the host', () => {
  it('are never reached, however they are written', () => {
    const leaks: string[] = [];
    for (const object of OBJECTS) {
      for (const name of NAMES) {
        for (const spelling of spellings(object, name)) {
          const result = outcome(`{{ ${spelling} }}`);
          if (!/^(TEMPLATE_[A-Z]+|\[\])$/.test(result)) leaks.push(`${spelling} -> ${result}`);
        }
      }
    }
    expect(leaks).toEqual([]);
  });

  it('are not defined as variables, nor settable as such', () => {
    for (const name of [...NAMES, 'process', 'globalThis', 'require', 'module', 'self', 'this']) {
      expect(outcome(`{{ ${name} }}`)).toBe('TEMPLATE_UNDEFINED');
      expect(outcome(`{{ ${name} is defined }}`)).toBe('False');
    }
    expect(outcome('{% set __proto__ = {"x": 1} %}{{ x is defined }}{{ __proto__.x }}')).toBe(
      'False1',
    );
    expect(outcome('{% set ns = namespace() %}{% set ns.__proto__ = 1 %}{{ ns.__proto__ }}')).toBe(
      '1',
    );
  });

  it('are plain data when a flow has them as keys', () => {
    const data = JSON.parse(
      '{"constructor": {"name": "c"}, "toString": "t", "__proto__": {"x": 1}, "__class__": "k"}',
    );
    const own = plainNames({ d: data });
    expect(outcome('{{ d.constructor.name }}', own)).toBe('c');
    expect(outcome("{{ d['constructor']['name'] }}", own)).toBe('c');
    expect(outcome('{{ d.toString }}', own)).toBe('t');
    expect(outcome('{{ d.__proto__.x }}', own)).toBe('1');
    expect(outcome("{{ d['__class__'] }}", own)).toBe('k');
    expect(outcome('{{ d | length }}', own)).toBe('4');
    expect(outcome("{{ [d] | map(attribute='toString') | join }}", own)).toBe('t');
    expect(outcome('{{ d | tojson }}', own)).toBe(
      '{"__class__": "k", "__proto__": {"x": 1}, "constructor": {"name": "c"}, "toString": "t"}',
    );
  });

  it('leave a template as own members of maps without a prototype', () => {
    const template = compileTemplate(
      "{{ {'__proto__': {'x': 1}, 'constructor': 2} }}",
      'sandboxed',
    );
    const value = template.evaluate(names);
    expect(Object.getPrototypeOf(value)).toBe(null);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).x).toBe(undefined);
  });
});

describe('work without end', () => {
  const bombs = [
    "{{ 'a' * 1000000000 }}",
    "{{ 1000000000 * 'ab' }}",
    '{{ [0] * 1000000000 }}',
    "{{ 'a' | center(1000000000) }}",
    "{{ 'a'.ljust(1000000000) }}",
    "{{ 'a'.zfill(1000000000) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%.1000000000f' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%999999999999999999999d' % 1 }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:.1000000000f}'.format(1.0) }}",
    "{{ '{:01000000000,}'.format(1) }}",
    "{{ '{:{}}'.format(1, 1000000000) }}",
    "{{ 'a\\tb'.expandtabs(1000000000) }}",
    "{{ 'a' | indent(1000000000, true) }}",
    '{{ [1] | batch(1000000000, 0) }}',
    '{{ [1] | slice(1000000000) }}',
    '{{ [1] | tojson(1000000000) }}',
    '{{ range(1000000000) }}',
    '{{ range(100000) | map("string") | join("x" * 100000) }}',
    "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
    "{{ ('a' * 10000) | replace('', 'b' * 10000) }}",
    '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}',
    '{% for a in range(100000) %}{% for b in range(100000) if false %}{% endfor %}{% endfor %}',
    '{% for a in range(99999) %}{% for b in "abcdefghij" * 9999 %}{% endfor %}{% endfor %}',
    '{% set ns = namespace(x="a") %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}',
    '{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
    '{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}',
    '{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x == ns.x }}',
    '{% set ns = namespace(x=()) %}{% for i in range(9999) %}{% set ns.x = (ns.x,) %}{% endfor %}{{ {ns.x: 1} }}',
    '{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | pprint }}',
    '{% set ns = namespace(x=[]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x | tojson }}',
    '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
    '{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}',
    '{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}',
    '{% set f = "x" * 8000000 %}{% for i in range(100000) %}{{ "y" in f }}{% endfor %}',
    '{% set f = "a" * 8000000 %}{{ f.count("b" ~ "a" * 4000) }}',
    '{% set f = "a" * 4000000 %}{% set g = "a" * 4000000 %}{% for i in range(99999) %}{{ f == g }}{% endfor %}',
    '{% set f = "a" * 4000000 %}{% for i in range(99999) %}{{ f | length }}{% endfor %}',
    '{% set f = "a" * 4000000 %}{% for i in range(99999) %}{{ f[0] }}{% endfor %}',
    "{{ ('a' * 30000) | regex_search('(a*)*b') }}{{ ('a' * 99999) | regex_search('(a|a)*(a|a)*b') }}",
    "{{ 'a' | regex_search('((a{100}){100}){100}') }}",
    "{{ ('-' * 1000000) | wordwrap(1) }}",
    "{{ ('a' * 1000000) | wordwrap(1) }}",
    "{{ ('.' * 1000000 ~ 'a.') | urlize | length }}{{ ('(' * 500000 ~ ')' * 500000) | urlize | length }}",
    "{{ ('<' * 1000000) | striptags | length }}{{ ('<!--' * 250000) | striptags | length }}",
    "{{ (range(90000) | list + range(90000) | list) | sort | unique | list | length }}{{ range(99999) | map('string') | sort | list | length }}",
    "{% filter upper %}{% filter upper %}{{ 'a' * 9000000 }}{% endfilter %}{% endfilter %}",
    '{{ 9 ** 9 ** 9 }}',
    '{{ 2 ** 999999999999999 }}',
    '{{ 10.0 ** 999 }}',
    "{{ '1' * 5000000 | int }}{{ ('1' * 5000000) | int }}",
    "{{ ('1' * 1900) | float }}",
    "{{ ('_' * 1000000) | title | length }}",
    "{{ '\\\\' * 1000000 }}",
    "{{ ['\\\\' * 1000000] }}",
  ];
  it.each(bombs)('ends %s', { timeout: 20_000 }, (template) => {
    try {
      compileTemplate(template, 'sandboxed').render(names);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
    }
  });

  const tooDeep = [
    `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`,
    `{{ ${'['.repeat(50_000)}${']'.repeat(50_000)} }}`,
    `{{ ${'-'.repeat(50_000)}1 }}`,
    `{{ ${'not '.repeat(50_000)}1 }}`,
    `{{ x${'.a'.repeat(50_000)} }}`,
    `{{ x${'|e'.repeat(50_000)} }}`,
    `{{ x${'[0]'.repeat(50_000)} }}`,
    `{{ x${'()'.repeat(50_000)} }}`,
    `{{ x${' is defined'.repeat(2)} }}`,
    `{{ ${'1 if 1 else '.repeat(20_000)}1 }}`,
    `{{ ${'1 if 1 '.repeat(20_000)} }}`,
    `{% for ${'('.repeat(20_000)}a${')'.repeat(20_000)} in b %}{% endfor %}`,
    `${'{% if 1 %}'.repeat(20_000)}`,
    `${'{% for a in b %}'.repeat(10_000)}`,
  ];
  it.each(tooDeep)('refuses nesting %#', (template) => {
    expect(outcome(template)).toMatch(/^TEMPLATE_(TOO_LARGE|SYNTAX)$/);
  });

  it('takes long flat templates', () => {
    expect(outcome(`{{ ${'1 + '.repeat(20_000)}1 }}`)).toBe('20001');
    expect(outcome(`{{ ${"'a' ~ ".repeat(20_000)}'a' }}`)).toHaveLength(20_001);
    expect(outcome('{{ text }}'.repeat(20_000))).toHaveLength(60_000);
    expect(outcome(`{% if 0 %}${'{% elif 0 %}'.repeat(10_000)}{% else %}x{% endif %}`)).toBe('x');
    expect(outcome(`${'{'.repeat(200_000)}`)).toBe('TEMPLATE_SYNTAX');
    expect(outcome(`${'{% '.repeat(80_000)}`)).toBe('TEMPLATE_SYNTAX');
    expect(outcome(`${'{#'.repeat(100_000)}`)).toBe('TEMPLATE_SYNTAX');
    expect(outcome(`{% raw %}${'{% '.repeat(80_000)}`)).toBe('TEMPLATE_SYNTAX');
    expect(outcome('x'.repeat(300_000))).toBe('TEMPLATE_TOO_LARGE');
  });
});

describe.skipIf(!existsSync(SSTI))('published payloads', () => {
  it('give text or an error, and never anything of the host', () => {
    const lines = ['patt-ssti-fuzz.txt', 'seclists-template-expressions.txt'].flatMap((file) => {
      return readFileSync(`${SSTI}/${file}`, 'utf8').split('\n');
    });
    const cases: { template: string }[] = JSON.parse(
      readFileSync(`${SSTI}/jinja-sandbox-cases.json`, 'utf8'),
    );
    const templates = [...lines, ...cases.map((each) => each.template)];
    expect(templates.length).toBeGreaterThan(100);
    for (const template of templates) {
      const result = outcome(template);
      expect(result, template).not.toMatch(/native code|\[object|root:|uid=|<Config|node:/);
    }
  });
});
