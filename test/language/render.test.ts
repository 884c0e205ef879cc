import { describe, expect, it } from 'vitest';
import { toValue, type Value } from '../../src/base/index.ts';
import type { RenderTree } from '../../src/contract/index.ts';
import { renderConfig, renderTree, treeMentions, treeSource } from '../../src/language/index.ts';
import { planOf } from './compiled.ts';

const HEAD = 'name: x\ninputs: {t: any, n: any, xs: any}\nnodes:\n  a:\n    type: ';

function names(inputs: Readonly<Record<string, unknown>>) {
  const data = new Map<string, Value>([['inputs', toValue(inputs)]]);
  return { get: (name: string) => data.get(name) };
}

function rendered(node: string, inputs: Readonly<Record<string, unknown>> = {}) {
  const [first] = planOf(HEAD + node).nodes;
  if (first === undefined) throw new Error('the flow has a node');
  return renderConfig(first, names(inputs));
}

function refused(node: string, inputs: Readonly<Record<string, unknown>> = {}): unknown {
  try {
    return rendered(node, inputs);
  } catch (error) {
    return error;
  }
}

describe('renderConfig', () => {
  it('applies defaults, and turns durations and sizes into numbers', () => {
    expect(rendered('echo\n    config: {wait: 1.5s, size: 2KB, text: }\n')).toEqual({
      wait: 1500,
      size: 2048,
      count: 3,
      mode: 'fast',
      flag: false,
    });
  });

  it('renders templates and keeps the type of a single expression', () => {
    const node = `echo
    config:
      value: {deep: ["{{ inputs.n }}", "n: {{ inputs.n }}", 5]}
      text: "{{ inputs.n }}"
      count: "{{ inputs.n }}"
      wait: "{{ inputs.t }}"
      names: ["{{ inputs.t }}", b]
`;
    expect(rendered(node, { n: 7, t: '2s' })).toMatchObject({
      value: { deep: [7, 'n: 7', 5] },
      text: '7',
      count: 7,
      wait: 2000,
      names: ['2s', 'b'],
    });
  });

  it('takes a whole list from one template', () => {
    const node = 'echo\n    config: {names: "{{ inputs.xs }}"}\n';
    expect(rendered(node, { xs: ['a', 'b'] }).names).toEqual(['a', 'b']);
    expect(refused(node, { xs: ['a', 5] })).toMatchObject({
      code: 'WRONG_TYPE',
      message: 'names[1] must be text, not the number 5: this is what the template gave',
      place: { file: 'flow.yaml', line: 6, column: 22, path: 'nodes.a.config.names' },
    });
    expect(refused(node, { xs: ['a', 'b', 'c', 'd'] })).toMatchObject({
      code: 'WRONG_VALUE',
      message: 'names must have at most 3 entries, not 4: this is what the template gave',
    });
  });

  it('takes numerals for numbers, as templates make text', () => {
    const node = 'echo\n    config: {count: "{{ inputs.n }}"}\n';
    expect(rendered(node, { n: '4' }).count).toBe(4);
    expect(refused(node, { n: 'four' })).toMatchObject({ code: 'WRONG_TYPE' });
    expect(refused(node, { n: 11 })).toMatchObject({ code: 'WRONG_VALUE' });
  });

  it('takes null for an optional field as not given', () => {
    expect(rendered('echo\n    config: {count: "{{ inputs.n }}"}\n', { n: null }).count).toBe(3);
    expect(
      rendered('echo\n    config: {wait: "{{ inputs.n }}"}\n', { n: null }),
    ).not.toHaveProperty('wait');
  });

  it('shows the place in the file of what a template lacks', () => {
    const node = 'echo\n    config:\n      text: |\n        one\n        two {{ inputs.n.deep }}\n';
    expect(refused(node, { n: {} })).toMatchObject({
      code: 'TEMPLATE_UNDEFINED',
      place: {
        file: 'flow.yaml',
        line: 9,
        path: 'nodes.a.config.text',
        sourceLine: '        two {{ inputs.n.deep }}',
      },
    });
  });

  it('applies defaults inside lists, and keeps templates of the node', () => {
    const node = `choose
    config:
      conditions:
        - {condition: "{{ inputs.n }}", then: b}
        - {condition: default, then: c, is_default: true}
`;
    const { conditions } = rendered(node, { n: 1 }) as {
      conditions: { condition: RenderTree; then: string; is_default: boolean }[];
    };
    expect(conditions.map(({ then, is_default }) => [then, is_default])).toEqual([
      ['b', false],
      ['c', true],
    ]);
    expect(conditions.map(({ condition }) => treeSource(condition))).toEqual([
      '{{ inputs.n }}',
      'default',
    ]);
    expect(conditions.map(({ condition }) => renderTree(condition, names({ n: 1 })))).toEqual([
      1,
      'default',
    ]);
  });
});

describe('renderTree', () => {
  const tree = (config: string) =>
    rendered(`page\n    config:\n      template: ${config}\n`).template as RenderTree;

  it('renders leaf by leaf and leaves keys alone', () => {
    const whole = tree(`{"{k}": "{{ inputs.n }}", l: [1, "x {{ inputs.n }}"], m: {n: null}}`);
    expect(renderTree(whole, names({ n: [2] }))).toMatchObject({ '{k}': [2], m: { n: null } });
    expect(treeSource(whole)).toBe('');
    expect([treeMentions(whole, 'inputs'), treeMentions(whole, 'row')]).toEqual([true, false]);
  });

  it('hands text to the reader, but no single expression', () => {
    const whole = tree('{a: "{{ inputs.t }}", b: "{{ inputs.t }}!"}');
    const upper = (text: string) => text.toUpperCase();
    expect(renderTree(whole, names({ t: 'x' }), upper)).toEqual({ a: 'x', b: 'X!' });
  });
});
