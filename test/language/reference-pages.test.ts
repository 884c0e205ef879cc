import { describe, expect, it } from 'vitest';
import { toValue } from '../../src/base/index.ts';
import { describeFlowFormat, describeNodeTypes, flowJsonSchema } from '../../src/language/index.ts';
import { FAKE_NODE_TYPES } from './fake-node-types.ts';

const schema = toValue(flowJsonSchema(FAKE_NODE_TYPES)) as unknown as {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly $defs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

describe('the JSON Schema of the format', () => {
  it('knows the keys of a flow and every node type', () => {
    expect(schema.required).toEqual(['name', 'nodes']);
    expect(Object.keys(schema.properties).sort()).toEqual([
      'description',
      'grants',
      'inputs',
      'limits',
      'name',
      'nodes',
      'outputs',
      'tags',
      'triggers',
      'version',
    ]);
    expect(Object.keys(schema.$defs)).toEqual([
      'node',
      'config.aggregate',
      'config.broken',
      'config.choose',
      'config.echo',
      'config.foreach',
      'config.page',
      'config.split',
      'config.wrap',
    ]);
  });

  it('lets a number be a template where templates are rendered, and only there', () => {
    const { anyOf } = schema.$defs['config.echo'] as unknown as {
      readonly anyOf: readonly [{ readonly properties: Readonly<Record<string, unknown>> }];
    };
    const { properties } = anyOf[0];
    expect(properties.count).toEqual({
      description: 'A count. Templates: interpolation only.',
      anyOf: [
        {
          anyOf: [
            { type: 'integer', minimum: 1, maximum: 10 },
            { type: 'string', pattern: '\\{\\{|\\{%' },
          ],
          default: 3,
        },
        { type: 'null' },
      ],
    });
    expect(properties.mode).toEqual({
      description: 'A mode.',
      anyOf: [{ default: 'fast', enum: ['fast', 'slow'] }, { type: 'null' }],
    });
  });

  it('names only definitions that are there', () => {
    const used = JSON.stringify(schema).matchAll(/#\/\$defs\/([\w.]+)/g);
    const missing = [...used].filter(([, name]) => !Object.hasOwn(schema.$defs, name ?? ''));
    expect(missing).toEqual([]);
  });
});

describe('the reference pages', () => {
  it('list every key of the format', () => {
    const page = describeFlowFormat();
    for (const key of ['name', 'depends_on', 'retry.attempts', 'input_schema', 'timeout', 'enum']) {
      expect(page).toContain(`\`${key}\``);
    }
  });

  it('describe node types with their fields, sorted', () => {
    const page = describeNodeTypes(FAKE_NODE_TYPES);
    expect([...page.matchAll(/^## (.*)$/gm)].map(([, id]) => id)).toEqual([
      'aggregate',
      'broken',
      'choose',
      'echo',
      'foreach',
      'page',
      'split',
      'wrap',
    ]);
    expect(page).toContain('| `conditions[].then` | text | **required** | A route. |');
    expect(page).toContain('| `wait` | duration, 0 ms to 1 min |  | A time.');
  });
});
