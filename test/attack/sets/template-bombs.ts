import type { AttackSet } from '../attack.ts';
import { corpusField } from '../corpora.ts';

const GROW = [
  "{{ 'a' * 1000000000 }}",
  '{{ [0] * 1000000000 }}',
  '{{ range(1000000000) | list }}',
  "{{ 'a' | center(1000000000) }}",
  "{{ 'a'.ljust(1000000000) }}",
  "{{ '%1000000000d' % 1 }}",
  "{{ '{:1000000000}'.format(1) }}",
  "{{ '{:{}}'.format(1, 1000000000) }}",
  "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
  "{{ range(100000) | map('string') | join('x' * 100000) }}",
  '{% set n = namespace(x="a") %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}',
  '{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}',
  '{{ [1] | slice(1000000000) | list }}',
  '{{ [1] | batch(1000000000, 0) | list }}',
  '{{ map | tojson(1000000000) }}',
  '{{ 9 ** 9 ** 9 }}',
  "{{ 'a\\tb'.expandtabs(1000000000) }}",
  "{{ 'a' | indent(1000000000, true) }}",
];

const LOOP = [
  '{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}',
  '{% for a in range(100000) %}{% for b in range(100000) if false %}{% endfor %}{% endfor %}',
  '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
  '{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}',
  '{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}',
  '{% set f = "x" * 4000000 %}{% for i in range(100000) %}{{ "y" in f }}{% endfor %}',
  '{% set f = "a" * 4000000 %}{% for i in range(99999) %}{{ f == f ~ "" }}{% endfor %}',
  "{% set f = 'a' * 4000000 %}{% for i in range(99999) %}{{ f | upper | length }}{% endfor %}",
];

const NEST = [
  `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`,
  `{{ ${'['.repeat(50_000)}${']'.repeat(50_000)} }}`,
  `{{ ${'-'.repeat(50_000)}1 }}`,
  `{{ ${'not '.repeat(50_000)}1 }}`,
  `{{ map${'.a'.repeat(50_000)} }}`,
  `{{ text${'|e'.repeat(50_000)} }}`,
  '{% if 1 %}'.repeat(20_000),
  '{{'.repeat(100_000),
  '{#'.repeat(100_000),
  'x'.repeat(300_000),
];

/** Forms that take a backtracking engine for ever. */
const SLOW_FORMS = ['(a+)+$', '(a|aa)+$', '(a|a?)+$', '(.*a){25}$', '([a-zA-Z]+)*$', '(a*)*b'];

function slowRegex(form: string): string {
  const quoted = form.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n');
  return `{{ ('a' * 30000 ~ '!') | regex_search('${quoted}') | string | length }}`;
}

function set(name: string, tries: string, payloads: AttackSet['payloads']): AttackSet {
  return {
    name: `expression/${name}`,
    class: 'E5',
    door: 'template',
    tries,
    level: 'sandboxed',
    accept: ['reader', 'budget', 'language'],
    payloads,
  };
}

/** Class E5 in templates: work, text and nesting without end. */
export const TEMPLATE_BOMBS: readonly AttackSet[] = [
  set('growth', 'values that grow without end', () => GROW),
  set('loops', 'loops and recursion without end', () => LOOP),
  set('nesting', 'nesting deeper than any stack', () => NEST),
  set('regex', 'regular expressions that backtrack for ever', () => SLOW_FORMS.map(slowRegex)),
  set('published-regex', 'published regular expressions that backtrack', () =>
    corpusField('redos/patt-regex.json', 'payload')?.map(slowRegex),
  ),
];
