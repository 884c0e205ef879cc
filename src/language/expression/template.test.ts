import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TEMPLATE_LIMITS, toValue, type Value } from '../../base/index.ts';
import type { TemplateLevel } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { compileTemplate, type Names } from './index.ts';

const data: Readonly<Record<string, Value>> = {
  name: 'Ada',
  n: 3,
  user: { name: 'Grace', tags: ['a', 'b'], items: [1] },
  list: [1, 2.5, 'x', null, true],
};

function namesOf(values: Readonly<Record<string, Value>>): Names {
  return {
    get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined),
    whyMissing: (name) => (name === 'fetch' ? 'node fetch was skipped' : undefined),
    all: () => Object.keys(values),
  };
}

const names = namesOf(data);

function render(text: string, level: TemplateLevel = 'sandboxed'): string {
  return compileTemplate(text, level).render(names);
}

function evaluate(text: string): Value {
  return compileTemplate(text, 'safe_expressions').evaluate(names);
}

function failure(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a single expression', () => {
  it('keeps the type of its value', () => {
    expect(evaluate('{{ n }}')).toBe(3);
    expect(evaluate('{{ n > 2 }}')).toBe(true);
    expect(evaluate('{{ user.tags }}')).toEqual(['a', 'b']);
    expect(evaluate('{{ list[3] }}')).toBe(null);
    expect(evaluate('{{ n / 1 }}')).toBe(3);
    expect(evaluate('{{ (1, [2, {1: none}]) }}')).toEqual([1, [2, { 1: null }]]);
    expect(evaluate("{{ '<' | e }}")).toBe('&lt;');
  });

  it('may have whitespace around it, which render keeps', () => {
    const template = compileTemplate('  {{ n }} \n\n', 'safe_expressions');
    expect(template.isExpression).toBe(true);
    expect(template.evaluate(names)).toBe(3);
    expect(template.render(names)).toBe('  3 \n');
  });

  it('is text when anything else stands beside it', () => {
    expect(evaluate('{{ n }}{{ n }}')).toBe('33');
    expect(evaluate('n={{ n }}')).toBe('n=3');
    expect(evaluate('{{ n }}{# comment #}')).toBe('3');
    expect(evaluate('{% print n %}')).toBe('3');
    expect(evaluate('plain')).toBe('plain');
  });

  it('never gives a function, an undefined value or a number that JSON cannot hold', () => {
    expect(failure(() => evaluate('{{ range }}')).code).toBe('TEMPLATE_TYPE');
    expect(failure(() => evaluate('{{ user.items }}')).code).toBe('TEMPLATE_TYPE');
    expect(failure(() => evaluate('{{ [name.upper] }}')).code).toBe('TEMPLATE_TYPE');
    expect(failure(() => evaluate('{{ user.nope }}')).code).toBe('TEMPLATE_UNDEFINED');
    expect(failure(() => evaluate("{{ 'inf' | float }}")).code).toBe('TEMPLATE_TYPE');
  });

  it('gives maps without a prototype', () => {
    const made = evaluate("{{ {'a': {'b': 1}} }}") as Readonly<Record<string, Value>>;
    expect(Object.getPrototypeOf(made)).toBe(null);
    expect(Object.getPrototypeOf(made.a)).toBe(null);
  });

  it('gives any Value back as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const value = toValue(json);
        const found = compileTemplate('{{ v }}', 'safe_expressions').evaluate({
          get: (name) => (name === 'v' ? value : undefined),
        });
        expect(found).toEqual(value);
      }),
    );
  });
});

describe('plain text', () => {
  it('is known as such and comes back unchanged', () => {
    expect(compileTemplate('a { b } % # c', 'interpolation_only').isPlain).toBe(true);
    expect(compileTemplate('a {{ b }}', 'interpolation_only').isPlain).toBe(false);
    fc.assert(
      fc.property(
        fc.string().filter((text) => !/\{[{%#]|\r|\n$/.test(text)),
        (text) => {
          expect(render(text, 'interpolation_only')).toBe(text);
        },
      ),
    );
  });
});

describe('uses', () => {
  const uses = (text: string) => {
    return compileTemplate(text, 'sandboxed').uses.map(({ root, fields }) => [root, ...fields]);
  };

  it('are the outside names with the fields that follow literally', () => {
    expect(uses("{{ a.b['c'].d }}")).toEqual([['a', 'b', 'c', 'd']]);
    expect(uses('{{ a.b[0].c }}')).toEqual([['a', 'b']]);
    expect(uses('{{ a.b[x].c }}')).toEqual([['a', 'b'], ['x']]);
    expect(uses('{{ a.b.upper() }}')).toEqual([['a', 'b']]);
    expect(uses('{{ a.b | join(c.d) }}')).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('have the place of the name', () => {
    expect(compileTemplate('x\n  {{ a }}', 'sandboxed').uses).toEqual([
      { root: 'a', fields: [], line: 2, column: 6 },
    ]);
  });

  it('leave out what the template defines itself', () => {
    expect(uses('{% for x, y in items if x %}{{ x }}{{ y }}{{ loop.index }}{% endfor %}')).toEqual([
      ['items'],
    ]);
    expect(uses('{% set v = a %}{{ v }}{% with w = v %}{{ w }}{% endwith %}')).toEqual([['a']]);
    expect(uses('{% if a %}{% set v = 1 %}{% endif %}{{ v }}')).toEqual([['a']]);
    expect(
      uses('{% macro m(p) %}{{ p }}{{ varargs }}{{ z }}{% endmacro %}{{ m(1) }}{% set z = 1 %}'),
    ).toEqual([]);
    expect(uses('{{ range(3) }}{{ len(a) }}')).toEqual([['a']]);
  });

  it('see a name that is read before it is set, and one used after its loop', () => {
    expect(uses('{% set x = x %}{{ x }}')).toEqual([['x']]);
    expect(uses('{% for i in l %}{{ i }}{% endfor %}{{ i }}{{ loop }}')).toEqual([
      ['l'],
      ['i'],
      ['loop'],
    ]);
  });

  it('do not stop a name of the flow from winning over a function', () => {
    const own = namesOf({ range: 'mine' });
    expect(compileTemplate('{{ range }}', 'sandboxed').render(own)).toBe('mine');
  });
});

describe('errors', () => {
  it('name what is missing, why, and what may be meant', () => {
    const error = failure(() => render('a\n {{ nam }}'));
    expect(error.code).toBe('TEMPLATE_UNDEFINED');
    expect(error.message).toBe("'nam' is not defined");
    expect(error.remedy).toBe("Did you mean 'name'?");
    expect(error.details).toEqual({ line: 2, column: 5 });
    expect(error.retryable).toBe(false);
    expect(failure(() => render('{{ fetch.body }}')).message).toBe(
      "'fetch' is not defined: node fetch was skipped",
    );
  });

  it('name a missing field with its owner', () => {
    const error = failure(() => render("{{ user.nam }}{{ user['x'] }}"));
    expect(error.message).toBe("'user' has no field 'nam'");
    expect(error.remedy).toBe("Did you mean 'name'?");
    expect(failure(() => render('{{ user.tags[5] }}')).message).toBe("'user.tags' has no item 5");
  });

  it.each([
    ['{{ x | default: 3 }}', "expected '}}', the end of the print statement, got ':'", 1, 15],
    ['{{ x | date }}', "there is no filter named 'date'", 1, 8],
    ['{{ x | uper }}', "there is no filter named 'uper'", 1, 8],
    ['{% if x %}a', '{% if %} is not closed', 1, 4],
    ['{% if x %}{% endfor %}', 'expected {% elif %} or {% else %} or {% endif %} for the', 1, 14],
    ['{{ x', "'{{' is not closed", 1, 1],
    ['{{ a = b }}', "expected '}}', the end of the print statement, got '='", 1, 6],
    ['{{ a && b }}', "unexpected character '&'", 1, 6],
    ['{{ (1 }}', "expected ')', got '}'", 1, 7],
    ['{% fro x in y %}{% endfor %}', 'there is no tag {% fro %}', 1, 4],
    ['{{ f(a=1, a=2) }}', "the argument 'a' is given twice", 1, 11],
  ])('refuse %s at its place', (text, message, line, column) => {
    const error = failure(() => compileTemplate(text, 'sandboxed'));
    expect(error.code).toBe('TEMPLATE_SYNTAX');
    expect(error.message).toContain(message);
    expect(error.details).toEqual({ line, column });
    expect(error.remedy).not.toBe('');
  });

  it.each([
    ["{{ 1 + 'a' }}", 'TEMPLATE_TYPE', 'cannot add a number and a string'],
    ["{{ 1 < 'a' }}", 'TEMPLATE_TYPE', 'cannot compare a number with a string'],
    ['{{ 1 / 0 }}', 'TEMPLATE_TYPE', 'cannot divide by zero'],
    ['{{ name() }}', 'TEMPLATE_TYPE', "'name' is a string and cannot be called"],
    ['{{ user.tags.append(1) }}', 'TEMPLATE_TYPE', 'lists cannot be changed in a template'],
    ['{% for x in n %}{% endfor %}', 'TEMPLATE_TYPE', 'cannot go through the items of a number'],
    ['{{ 9007199254740991 + 1 }}', 'TEMPLATE_TYPE', 'too large to be exact'],
    ['{{ n.__class__ }}', 'TEMPLATE_TYPE', 'nothing of Python can be reached'],
    ['{{ name | truncate(length="x") }}', 'TEMPLATE_TYPE', 'length must be a whole number'],
    ['{{ name | round }}', 'TEMPLATE_TYPE', 'cannot round a string'],
    ["{{ name | replace('a') }}", 'TEMPLATE_TYPE', "needs the argument 'new'"],
    ["{{ 'a' | map('nope') | list }}", 'TEMPLATE_TYPE', "there is no filter named 'nope'"],
  ])('explain %s', (text, code, message) => {
    const error = failure(() => render(text));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ line: 1 });
  });

  it('say that a field hides behind a method', () => {
    const error = failure(() => render('{% if user.items %}{% endif %}'));
    expect(error.remedy).toBe("Write ['items'] for the field, or .items() to call it.");
    expect(render("{{ user['items'][0] }}")).toBe('1');
  });
});

describe('levels', () => {
  it('interpolation only puts values in', () => {
    expect(render("{{ user.name }}{{ user['name'] }}{{ list[0] }}", 'interpolation_only')).toBe(
      'GraceGrace1',
    );
  });

  it.each([
    '{{ 1 + 1 }}',
    '{{ name | upper }}',
    '{{ name.upper() }}',
    "{{ 'text' }}",
    '{{ n > 1 }}',
    '{{ -n }}',
    '{{ user[name] }}',
    '{{ list[0:1] }}',
    '{{ name, n }}',
    '{{ name is defined }}',
    '{% if n %}{% endif %}',
    '{% for x in list %}{% endfor %}',
    '{% set x = 1 %}',
    '{# comment #}',
    '{% raw %}x{% endraw %}',
    '{% print n %}',
  ])('interpolation only refuses %s', (text) => {
    const error = failure(() => compileTemplate(text, 'interpolation_only'));
    expect(error.code).toBe('TEMPLATE_LEVEL');
    expect(error.remedy).toContain('{{ name.field }}');
  });

  it('safe expressions compute, choose and loop', () => {
    const text =
      '{% set x = n * 2 %}{% if x > 5 %}{% for t in user.tags %}{{ t | upper }}{{ loop.index }}{% endfor %}{% endif %}{# c #}{% raw %}{{{% endraw %}';
    expect(render(text, 'safe_expressions')).toBe('A1B2{{');
  });

  it.each([
    ['{% macro m() %}{% endmacro %}', '{% macro %}'],
    ['{% filter upper %}{% endfilter %}', '{% filter %}'],
    ['{% call f() %}{% endcall %}', '{% call %}'],
    ['{% for x in list recursive %}{% endfor %}', 'a recursive loop'],
    ["{{ name | attr('upper') }}", "the filter 'attr'"],
    ['{% if n %}{% for x in list %}{% macro m() %}{% endmacro %}{% endfor %}{% endif %}', 'macro'],
  ])('safe expressions refuse %s', (text, what) => {
    const error = failure(() => compileTemplate(text, 'safe_expressions'));
    expect(error.code).toBe('TEMPLATE_LEVEL');
    expect(error.message).toContain(what);
    expect(compileTemplate(text, 'sandboxed').level).toBe('sandboxed');
  });

  it.each(['include', 'import', 'extends', 'block', 'from'])('none allows %s', (tag) => {
    const error = failure(() => compileTemplate(`{% ${tag} 'x' %}`, 'unsafe'));
    expect(error.code).toBe('TEMPLATE_LEVEL');
  });

  it('unsafe has ten times the budget and no more reach', () => {
    const text = '{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}';
    expect(failure(() => render(text, 'sandboxed')).code).toBe('TEMPLATE_FUEL');
    expect(render(text, 'unsafe')).toBe('');
    expect(failure(() => render("{{ ''.__class__ }}", 'unsafe')).code).toBe('TEMPLATE_TYPE');
  });
});

describe('limits', () => {
  it('refuse a template over its size, and take one just below', () => {
    const { textBytes } = TEMPLATE_LIMITS;
    expect(render('é'.repeat(textBytes / 2))).toHaveLength(textBytes / 2);
    const error = failure(() => compileTemplate('é'.repeat(textBytes / 2 + 1), 'sandboxed'));
    expect(error.code).toBe('TEMPLATE_TOO_LARGE');
  });

  it('charge before anything is made', () => {
    const error = failure(() => render("{{ 'ab' * 100000000 }}"));
    expect(error.code).toBe('TEMPLATE_FUEL');
    expect(error.message).toContain('16 MB');
    expect(render("{{ ('ab' * 1000000) | length }}")).toBe('2000000');
  });

  it('start anew for each rendering', () => {
    const template = compileTemplate('{% for x in range(90000) %}.{% endfor %}', 'sandboxed');
    for (let round = 0; round < 5; round += 1) expect(template.render(names)).toHaveLength(90_000);
  });
});

describe('the cache', () => {
  it('gives the same template for the same text and level', () => {
    const text = 'cached {{ n }}';
    expect(compileTemplate(text, 'sandboxed')).toBe(compileTemplate(text, 'sandboxed'));
    expect(compileTemplate(text, 'sandboxed')).not.toBe(compileTemplate(text, 'unsafe'));
  });

  it('forgets the one not used for longest', () => {
    const first = compileTemplate('first {{ n }}', 'sandboxed');
    for (let index = 0; index <= TEMPLATE_LIMITS.cached; index += 1) {
      compileTemplate(`filler ${index} {{ n }}`, 'sandboxed');
    }
    expect(compileTemplate('first {{ n }}', 'sandboxed')).not.toBe(first);
  });

  it('keeps renderings apart: nothing of one is seen by the next', () => {
    const template = compileTemplate(
      '{% set c = cycler(1, 2) %}{{ c.next() }}{% set x = v %}{{ x }}',
      'sandboxed',
    );
    expect(template.render(namesOf({ v: 'a' }))).toBe('1a');
    expect(template.render(namesOf({ v: 'b' }))).toBe('1b');
  });
});
