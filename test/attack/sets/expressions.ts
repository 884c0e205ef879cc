// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of attackers
import type { AttackSet } from '../attack.ts';
import { corpusField, corpusLines } from '../corpora.ts';

const NAMES = [
  'constructor',
  '__proto__',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupGetter__',
  '__class__',
  '__mro__',
  '__globals__',
  '__subclasses__',
  '__builtins__',
  'gi_frame',
  'f_globals',
  '__init__',
  'func_globals',
  '__code__',
];
const OBJECTS = ["''", 'text', 'number', 'list', 'map', 'map.b', '(1,)', 'range', 'loop', 'none'];

/** As Jinja2 would let a name be written. */
const JINJA_SPELLINGS = [
  (object: string, name: string) => `${object}.${name}`,
  (object: string, name: string) => `${object}['${name}']`,
  (object: string, name: string) => `${object}['${halves(name).join("' ~ '")}']`,
  (object: string, name: string) => `${object}['${halves(name).join("' + '")}']`,
  (object: string, name: string) => `${object}['${halves(name).join("' '")}']`,
  (object: string, name: string) => `${object}["${escaped(name, '\\x', 2)}"]`,
  (object: string, name: string) => `${object}["${escaped(name, '\\u', 4)}"]`,
  (object: string, name: string) => `${object}[['${name}']|first]`,
  (object: string, name: string) => `${object}['${[...name].reverse().join('')}'|reverse]`,
  (object: string, name: string) => `${object}['${name.toUpperCase()}'|lower]`,
  (object: string, name: string) => `${object}['%s'|format('${name}')]`,
  (object: string, name: string) => `${object}|attr('${name}')`,
  (object: string, name: string) => `[${object}]|map(attribute='${name}')|list|first`,
  (object: string, name: string) => `[${object}]|groupby('${name}')|first`,
  (object: string, name: string) => `'{0.${name}}'.format(${object})`,
  (object: string, name: string) => `'{0[${name}]}'.format(${object})`,
  (object: string, name: string) => `'{x.${name}}'.format_map({'x': ${object}})`,
  (object: string, name: string) => `${object}.${name}('return 1')()`,
  (object: string, name: string) => `${object}.${name}.${name}('return 1')()`,
  (object: string, name: string) => `(${object}.${name} if true else 1).${name}`,
];

/** As JavaScript would; none of these has a meaning here. */
const JAVASCRIPT_SPELLINGS = [
  (object: string, name: string) => `${object}?.${name}`,
  (object: string, name: string) => `${object}[\`${name}\`]`,
  (object: string, name: string) => `${object}[\`\${"${name}"}\`]`,
  (object: string, name: string) => `((o) => o.${name})(${object})`,
  (object: string, name: string) => `{ ${name}: f } = ${object}`,
  (object: string, name: string) => `{...${object}}.${name}`,
  (object: string, name: string) => `[...${object}].${name}`,
  (object: string, name: string) => `${object}.${name}\`return 1\`\`\``,
  (object: string, name: string) => `new ${object}.${name}`,
  (object: string, name: string) => `${object}[{toString: () => '${name}'}]`,
  (object: string, name: string) => `${object}[Symbol.for('${name}')]`,
  (object: string, name: string) => `${object}[(() => '${name}')()]`,
  (object: string, name: string) =>
    `${object}.\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`,
  (object: string, name: string) => `function(){return ${object}.${name}}()`,
  (object: string, name: string) => `async () => ${object}.${name}`,
  (object: string, name: string) => `with (${object}) ${name}`,
  (object: string, name: string) => `${object}?.['${name}']?.['${name}']`,
  (object: string, name: string) => `this.${name}; ${object}`,
  (object: string, name: string) => `{get x() { return ${object}.${name} }}.x`,
  (object: string, name: string) => `(${object}, ${name})`,
];

function halves(name: string): readonly [string, string] {
  const half = Math.floor(name.length / 2);
  return [name.slice(0, half), name.slice(half)];
}

function escaped(name: string, lead: string, digits: number): string {
  return Array.from(
    name,
    (each) => `${lead}${each.charCodeAt(0).toString(16).padStart(digits, '0')}`,
  ).join('');
}

function spelled(spellings: readonly ((object: string, name: string) => string)[]) {
  return () =>
    spellings.flatMap((spelling) =>
      OBJECTS.flatMap((object) => NAMES.map((name) => `{{ ${spelling(object, name)} }}`)),
    );
}

/** What published escapes looked for by name, with code behind it. */
const GADGETS = [
  "{{ constructor.constructor('return process.env')() }}",
  "{{ ''.constructor.constructor('return process')().mainModule.require('fs') }}",
  '{{ this.constructor.constructor("return process")() }}',
  "{{ range.constructor('return process')() }}",
  '{{ (lambda: 0).__globals__ }}',
  "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
  '{{ joiner.__init__.__globals__.os.environ }}',
  "{{ namespace.__init__.__globals__['__builtins__'].open('/etc/passwd').read() }}",
  "{{ lipsum.__globals__['os'].popen('id').read() }}",
  '{{ self.__init__.__globals__.__builtins__ }}',
  '{{ self._TemplateReference__context.cycler.__init__.__globals__.os }}',
  "{{ request.application.__globals__.__builtins__.__import__('os') }}",
  '{{ config.items() }}',
  "{{ get_flashed_messages.__globals__.__builtins__.open('/etc/passwd').read() }}",
  '{{ url_for.__globals__.os.environ }}',
  '{{ process.env }}',
  '{{ global.process.mainModule.require("child_process").execSync("id") }}',
  '{{ globalThis.process.env }}',
  '{{ require("child_process").execSync("id").toString() }}',
  '{{ Object.getOwnPropertyDescriptor(map, "a") }}',
  '{{ Reflect.get(map, "constructor") }}',
  '{{ $env }} {{ $json }} {{ $input.constructor.constructor("return process")() }}',
  "{{ (function(){ return this.process.mainModule.require('child_process').execSync('id') })() }}",
  '{{ new Function("return process.env")() }}',
  '{{ `${process.env}` }}',
  '{{ [].filter.constructor("return process")() }}',
  '{{ [].at.call.constructor("return globalThis")() }}',
  '{{ Error.prepareStackTrace }}',
  '{% import "os" as os %}{{ os.environ }}',
  '{% include "/etc/passwd" %}',
  '{% extends "/etc/passwd" %}',
  '{% from "os" import popen %}',
  '{% do map.update({"__proto__": {"polluted": 1}}) %}',
  '{% set map.__proto__.polluted = 1 %}',
  '{% set x = namespace() %}{% set x.__proto__ = {"polluted": 1} %}{{ x.polluted }}',
  '{% set x = namespace() %}{% set x.constructor = 1 %}{{ x.constructor.name }}',
  '{% debug %}',
  '{% python %}import os{% endpython %}',
  '{% for x in range.__self__ %}{% endfor %}',
  '{% macro m() %}{{ caller.__closure__ }}{% endmacro %}{% call m() %}{% endcall %}',
  '{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1).__class__ }}{{ m.__globals__ }}',
];

const TEXTS_AS_DATA = [
  '{{ 7 * 7 }}',
  "{{ constructor.constructor('return process.env')() }}",
  '{% for i in range(3) %}{{ i }}{% endfor %}',
  '{# gone #}',
  '${7*7}',
  '<%= 7*7 %>',
  '#{7*7}',
  "{{ ''.__class__.__mro__ }}",
];

/** Class A1, A2 and templates of E5. */
export const EXPRESSION_SETS: readonly AttackSet[] = [
  {
    name: 'expression/jinja-spellings',
    class: 'A1',
    door: 'template',
    tries: 'a name of the host, written in every way that Jinja2 has',
    accept: ['reader', 'language'],
    payloads: spelled(JINJA_SPELLINGS),
  },
  {
    name: 'expression/javascript-spellings',
    class: 'A1',
    door: 'template',
    tries: 'a name of the host, written in every way that JavaScript has',
    accept: ['reader', 'language'],
    payloads: spelled(JAVASCRIPT_SPELLINGS),
  },
  {
    name: 'expression/gadgets',
    class: 'A1',
    door: 'template',
    tries: 'function constructors, globals and files through known chains',
    accept: ['reader', 'level', 'language'],
    payloads: () => GADGETS,
  },
  {
    name: 'expression/level',
    class: 'A1',
    door: 'template',
    tries: 'the same chains where only plain names are allowed',
    level: 'interpolation_only',
    accept: ['reader', 'level', 'language'],
    payloads: () => GADGETS,
  },
  {
    name: 'expression/published',
    class: 'A1',
    door: 'template',
    tries: 'published lists of template injections',
    accept: ['reader', 'language', 'budget'],
    payloads: () => {
      const lists = [
        corpusLines('ssti/patt-ssti-fuzz.txt'),
        corpusLines('ssti/seclists-template-expressions.txt'),
        corpusField('ssti/jinja-sandbox-cases.json', 'template'),
      ];
      return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
    },
  },
  {
    name: 'expression/data-as-template',
    class: 'A2',
    door: 'template',
    tries: 'data that looks like a template, rendered, filtered and joined',
    accept: ['language'],
    payloads: () =>
      TEXTS_AS_DATA.flatMap((given) =>
        ['{{ given }}', '{{ given | trim }}', "{{ [given] | join('') }}", '{{ given ~ "" }}'].map(
          (text) => ({ text, names: { given } }),
        ),
      ),
  },
];
