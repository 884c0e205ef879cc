import { describe, expect, it } from 'vitest';
import type { Field, TemplateLevel } from '../../contract/index.ts';
import { NODE_TYPES } from '../../nodes/index.ts';
import { compile } from '../compile.ts';
import type { ConfigPart } from '../plan.ts';

interface Asked {
  readonly type: string;
  readonly config: object;
  readonly template_level?: unknown;
}

function compiled(node: Asked, unsafeTemplates = false) {
  const flow = { name: 'levels', inputs: { x: 'any' }, nodes: { a: node } };
  const options = { file: 'flow.json', nodeTypes: NODE_TYPES, unsafeTemplates };
  const { plan, problems } = compile(JSON.stringify(flow), options);
  const shown = problems.map(({ code, path, message, remedy }) => {
    return `${code} ${path} | ${message} | ${remedy}`;
  });
  const found = plan?.node.get('a');
  return { node: found, levels: Object.values(found?.config ?? {}).flatMap(levelsIn), shown };
}

function levelsIn(part: ConfigPart): readonly TemplateLevel[] {
  if (part.kind === 'template') return [part.template.level];
  if (part.kind === 'list') return part.items.flatMap(levelsIn);
  return part.kind === 'map' ? part.entries.flatMap(([, entry]) => levelsIn(entry)) : [];
}

const http = { url: 'https://a.example/{{ inputs.x }}', body: { n: '{{ inputs.x }}' } };
const page = (level?: string) => ({
  template: '{{ inputs.x }}',
  ...(level === undefined ? {} : { level }),
});

describe('template_level of a node', () => {
  it('lowers all templates of the node, and leaves those that are lower', () => {
    expect(compiled({ type: 'http', config: http }).levels).toEqual([
      'interpolation_only',
      'safe_expressions',
    ]);
    const lowered = { type: 'http', config: http, template_level: 'interpolation_only' };
    expect(compiled(lowered).levels).toEqual(['interpolation_only', 'interpolation_only']);
    const same = { type: 'http', config: http, template_level: 'safe_expressions' };
    expect(compiled(same).levels).toEqual(['interpolation_only', 'safe_expressions']);
  });

  it('refuses what the lower level does not allow, at its place', () => {
    const later = { type: 'delay', config: { duration: '{{ inputs.x + 1 }}' } };
    expect(compiled(later).shown).toEqual([]);
    const { shown } = compiled({ ...later, template_level: 'interpolation_only' });
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain(
      'TEMPLATE_LEVEL nodes.a.config.duration | an operator is not allowed',
    );
  });

  it('never raises one: asking for that is a problem with its place and what to write', () => {
    const remedy =
      'A flow can only lower a level: write safe_expressions or less, or leave template_level out.';
    const refusal = (level: string) =>
      `WRONG_VALUE nodes.a.template_level | template_level ${level} would raise templates of this ` +
      `node, which have safe_expressions | ${remedy}`;
    for (const unsafeTemplates of [false, true]) {
      for (const template_level of ['sandboxed', 'unsafe']) {
        const raised = { type: 'http', config: http, template_level };
        expect(compiled(raised, unsafeTemplates).shown).toEqual([refusal(template_level)]);
        const own = { type: 'template', config: page(), template_level };
        expect(compiled(own, unsafeTemplates).shown).toEqual([refusal(template_level)]);
      }
    }
    const macro = { template: '{% macro m() %}{% endmacro %}' };
    const sneaky = { type: 'template', config: macro, template_level: 'sandboxed' };
    expect(compiled(sneaky).shown.map((line) => line.split(' ')[0])).toEqual([
      'TEMPLATE_LEVEL',
      'WRONG_VALUE',
    ]);
  });

  it('counts with the level of a template node: the lower of the two holds', () => {
    const lowered = (config: object, template_level: string) =>
      compiled({ type: 'template', config, template_level }).levels;
    expect(lowered(page('sandboxed'), 'safe_expressions')).toEqual(['safe_expressions']);
    expect(lowered(page('sandboxed'), 'sandboxed')).toEqual(['sandboxed']);
    expect(lowered(page('interpolation_only'), 'interpolation_only')).toEqual([
      'interpolation_only',
    ]);
  });

  it('is one of the levels, and stands beside type', () => {
    for (const wrong of ['none', 7, ['sandboxed'], {}]) {
      const { node, shown } = compiled({ type: 'http', config: http, template_level: wrong });
      expect(node).toBeUndefined();
      expect(shown[0]).toMatch(/^WRONG_(VALUE|TYPE) nodes\.a\.template_level /);
    }
    const misplaced = { ...http, template_level: 'interpolation_only' };
    expect(compiled({ type: 'http', config: misplaced }).shown[0]).toContain(
      'Move template_level beside type.',
    );
  });

  it('is allowed where a node has no templates at all', () => {
    const code = { type: 'javascript', config: { code: 'return 1' }, template_level: 'sandboxed' };
    expect(compiled(code).shown).toEqual([]);
  });
});

describe('the level unsafe', () => {
  const unsafe = { type: 'template', config: page('unsafe') };

  it('needs the operator: else it is a problem that names the setting', () => {
    const { node, shown } = compiled(unsafe);
    expect(node).toBeUndefined();
    expect(shown).toEqual([
      'WRONG_VALUE nodes.a.config.level | level unsafe is not allowed to flows: it needs the ' +
        'setting TEMPLATE_UNSAFE | Write sandboxed, which has the whole language; or let the ' +
        'operator set TEMPLATE_UNSAFE=true.',
    ]);
  });

  it('is known of the node that has it, and of no other', () => {
    const { node, levels } = compiled(unsafe, true);
    expect([levels, node?.hasUnsafeTemplates]).toEqual([['unsafe'], true]);
    for (const config of [page(), page('sandboxed'), { template: 'x', level: 'unsafe' }]) {
      const other = compiled({ type: 'template', config }, true).node;
      expect(other?.hasUnsafeTemplates).toBeUndefined();
    }
    const lowered = { ...unsafe, template_level: 'sandboxed' };
    expect(compiled(lowered, true)).toMatchObject({ levels: ['sandboxed'], shown: [] });
  });

  it('is nowhere but in the template node', () => {
    const fieldsWithUnsafe = NODE_TYPES.flatMap(({ id, config }) =>
      Object.entries<Field>(config)
        .filter(([, field]) => mayBeUnsafe(field))
        .map(([key]) => `${id}.${key}`),
    );
    expect(fieldsWithUnsafe).toEqual(['template.template']);
  });
});

function mayBeUnsafe(field: Field): boolean {
  if (field.template?.level === 'unsafe') return true;
  if (field.kind === 'list') return mayBeUnsafe(field.items);
  if (field.kind === 'map') return mayBeUnsafe(field.values);
  return field.kind === 'object' && Object.values(field.fields).some(mayBeUnsafe);
}
