import { describe, expect, it } from 'vitest';
import { compiled, problemsOf } from './compiled.ts';
import { SYSTEM_1_SHAPES } from './system-1-shapes.ts';

describe('flows of system 1', () => {
  it.each(SYSTEM_1_SHAPES)('are read unchanged: $name', ({ text }) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('mean the same as JSON', () => {
    const { plan } = compiled(
      '{"name": "x", "inputs": {"a": "string"}, "nodes": {"n": {"type": "echo", "config": {"text": "{{ inputs.a }}"}}}}',
      'flow.json',
    );
    expect(plan?.nodes.map(({ name }) => name)).toEqual(['n']);
  });

  it('are refused with the place where Jinja refuses a template', () => {
    const text = SYSTEM_1_SHAPES[1]?.text.replace('default(skip)', 'default: skip') ?? '';
    expect(compiled(text).problems).toMatchObject([
      {
        code: 'TEMPLATE_SYNTAX',
        line: 26,
        column: 28,
        path: 'nodes.report.config.template',
        sourceLine: '        - {{ look | default: skip }}',
      },
    ]);
  });

  it('are refused with the places of nodes that do not exist', () => {
    const text = SYSTEM_1_SHAPES[2]?.text.replace('"info", "score"', '"enrich", "score"') ?? '';
    expect(problemsOf(text)).toEqual([
      '14:24 UNKNOWN_NODE nodes.each.config.subgraph_nodes[0] | the foreach each runs the node "enrich", which is not there | Correct the name or add the node.',
    ]);
  });
});
