// Where our templates differ from CPython's Jinja2 3.1 on purpose, each with its reason. The table
// makes the reference page, and test/jinja/differential.test.ts takes each template named here as
// expected.

export interface Difference {
  readonly what: string;
  readonly why: string;
  /** Templates of the corpus in test/jinja that show it. */
  readonly examples: readonly string[];
}

export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'Filters that give an iterator in Python (map, select, reject, batch, slice, unique, items, reverse) give a list, at once.',
    why: 'A list prints, has a length and can be used twice; an iterator prints as an address. An empty one counts as false, and an error in any item shows.',
    examples: ["{{ missing | map('upper') }}", '{{ map | items }}', '{{ [1] | items }}'],
  },
  {
    what: 'Whole numbers beyond 9,007,199,254,740,991 are refused, and numbers of that size in data count as floats.',
    why: 'Values are JSON, whose numbers are exact only up to there; a wrong number is worse than none.',
    examples: ['{{ 1e20 | int }}'],
  },
  {
    what: 'Whole floats in data, such as 2.0, are whole numbers: they print as 2. Floats that a template makes keep their point.',
    why: 'JSON has one kind of number.',
    examples: [],
  },
  {
    what: 'Keys of data that look like whole numbers come first in a map.',
    why: 'This is the order in which JavaScript keeps them. Maps made in a template keep their order.',
    examples: [],
  },
  {
    what: 'Complex numbers are refused: a negative number has no fractional power.',
    why: 'JSON cannot hold them.',
    examples: ['{{ (-8) ** (1/3) }}'],
  },
  {
    what: "Functions, methods, macros and loops cannot be printed or returned; nor can a method be used as a value. A map field with the name of a method is read as ['items'].",
    why: 'Python prints an address of its memory. What was meant is nearly always the field.',
    examples: [
      "{{ 'a' | attr('upper') }}",
      "{{ 'a'.upper }}",
      "{{ joiner(', ') }}",
      '{{ dict }}',
      '{{ range }}',
      "{{ {'items': 1}.items }}",
      '{{ user.items }}',
    ],
  },
  {
    what: 'A map field named as a method that changes maps (update, pop, clear and so on) is read by .name too.',
    why: 'The method is refused anyway, so the field must be meant.',
    examples: [],
  },
  {
    what: 'Lists and maps have no method that changes them, `pop` included, which Jinja2 3.1.2 forgot.',
    why: 'Data belongs to the flow; no template may change what the next one sees.',
    examples: ['{{ numbers.pop() }}'],
  },
  {
    what: 'An undefined value inside a list or map that is printed is an error.',
    why: 'Python prints the word Undefined, which then stands in a prompt or a file.',
    examples: ["{{ [1, ('x' if no)] }}"],
  },
  {
    what: 'A name that is set later in the template, or inside its own block, is read from outside before that.',
    why: 'Jinja2 calls it undefined because of how it compiles. Nobody means that.',
    examples: ['{% set name %}{{ name }}!{% endset %}{{ name }}'],
  },
  {
    what: 'A filter or test that does not exist is refused even in a branch that is never taken.',
    why: 'A mistake should show when the flow is read, not in the rare case that reaches it.',
    examples: [],
  },
  {
    what: 'include, import, from, extends and block are refused.',
    why: 'A template reaches no other template, so that a flow is complete as it stands.',
    examples: ['{% block a %}x{% endblock %}'],
  },
  {
    what: 'autoescape is refused; nothing is escaped by itself. `self` does not exist.',
    why: 'Results are text, JSON and prompts, not HTML; the filter escape is there where it is needed.',
    examples: ['{% autoescape true %}{{ html }}{% endautoescape %}', '{{ self }}'],
  },
  {
    what: 'random and lipsum do not exist.',
    why: 'The same data gives the same text each time, so that a run can be repeated and explained.',
    examples: [],
  },
  {
    what: 'Methods accept their arguments by name, also where Python wants them by place.',
    why: 'It reads better, and one rule holds for all.',
    examples: ["{{ map.get('z', default=9) }}"],
  },
  {
    what: 'Strings have no encode, translate, maketrans or isidentifier; numbers have no fields.',
    why: 'Bytes cannot leave a template, and the rest has no use in one.',
    examples: ["{{ 'a'.encode() }}"],
  },
  {
    what: 'Filters strip, ljust, rjust, keys, values, number, mapping and regex_search exist besides those of Jinja2.',
    why: 'System 1 lists them as safe filters, so flows may use them.',
    examples: [],
  },
  {
    what: 'regex_search runs in linear time: look-around and back-references are refused, and \\b knows only ASCII letters.',
    why: 'A pattern that backtracks can run for years on a short text.',
    examples: [],
  },
  {
    what: 'striptags decodes numeric entities and the common named ones, not all 2,231.',
    why: 'The rest hardly ever occurs.',
    examples: [],
  },
  {
    what: 'Every rendering has a budget of steps and bytes; range() and nesting have limits.',
    why: 'Templates come from people who are not fully trusted.',
    examples: [],
  },
];
