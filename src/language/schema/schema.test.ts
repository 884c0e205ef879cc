import { describe, expect, it } from 'vitest';
import { corpus } from '../../../test/language/corpus.ts';
import { toValue, type Value } from '../../base/index.ts';
import { checkSchema } from './check-schema.ts';
import { schemaIssues } from './schema-issues.ts';

function issues(schema: unknown, data: unknown): readonly string[] {
  return checkSchema(toValue(schema), toValue(data)).map(
    ({ path, message }) => `${path}: ${message}`,
  );
}

describe('checkSchema', () => {
  it('names each part that does not fit', () => {
    const schema = {
      type: 'object',
      required: ['name', 'rows'],
      additionalProperties: false,
      properties: {
        name: { type: 'string', minLength: 2, pattern: '^[a-z]+$' },
        rows: { type: 'array', maxItems: 2, items: { type: 'integer', minimum: 1 } },
      },
    };
    expect(issues(schema, { name: 'A', rows: [1, 0, 2.5], more: 1 })).toEqual([
      'name: must have at least 2 characters',
      'name: must match the pattern ^[a-z]+$',
      'rows: must have at most 2 items',
      'rows[1]: must be at least 1',
      'rows[2]: must be integer, not number',
      'more: is not a known field',
    ]);
    expect(issues(schema, { name: 'ab' })).toEqual([': has no field rows']);
    expect(issues(schema, { name: 'ab', rows: [1] })).toEqual([]);
  });

  it('reads the short form of system 1', () => {
    const schema = { name: 'string', tag: 'enum[a, b]', deep: { count: 'integer' }, free: 'any' };
    expect(issues(schema, { name: 'x', tag: 'c', deep: { count: '1' }, free: null })).toEqual([
      'tag: must be one of "a", "b"',
      'deep.count: must be integer, not string',
    ]);
    expect(issues(schema, {})).toHaveLength(4);
  });

  it('ends in time where schemas multiply', () => {
    let schema: Value = { type: 'string' };
    for (let level = 0; level < 30; level += 1) schema = { oneOf: [schema, schema] };
    expect(checkSchema(schema, 5).length).toBeGreaterThan(0);
  });

  it('matches patterns that would hang a backtracking engine', () => {
    expect(issues({ pattern: '^(a+)+$' }, `${'a'.repeat(5_000)}!`)).toEqual([
      ': must match the pattern ^(a+)+$',
    ]);
  });

  it('reads own fields only', () => {
    expect(issues({ required: ['toString'] }, {})).toEqual([': has no field toString']);
  });
});

describe('schemaIssues', () => {
  const found = (schema: unknown) =>
    schemaIssues(toValue(schema)).map(({ path, message }) => `${path}: ${message}`);

  it('finds what would silently not be checked', () => {
    expect(found({ type: 'object', propertis: {} })).toEqual([
      'propertis: propertis is not a keyword that is checked; did you mean properties?',
    ]);
    expect(found({ items: { $ref: '#' } })).toEqual([
      'items.$ref: $ref is not supported: write the schema out where it is used',
    ]);
    expect(found({ name: 'strng' })).toEqual(['name: "strng" is not a type; did you mean string?']);
    expect(found([1])).toEqual([': a schema is a map']);
    expect(found({ minLength: -1, pattern: '(' })).toHaveLength(2);
  });

  it('accepts both forms', () => {
    expect(found({ type: ['string', 'null'], description: 'x', enum: ['a'] })).toEqual([]);
    expect(found({ name: 'string', tags: 'enum[a, b]', deep: { x: 'any' } })).toEqual([]);
    expect(found(true)).toEqual([]);
  });
});

interface SuiteFile {
  readonly path: string;
  readonly groups: readonly {
    readonly description: string;
    readonly schema: unknown;
    readonly tests: readonly {
      readonly description: string;
      readonly data: unknown;
      readonly valid: boolean;
    }[];
  }[];
}

const suite = corpus('json/json-schema-draft2020-12.json') as readonly SuiteFile[] | undefined;

describe.skipIf(suite === undefined)('the JSON Schema test suite', () => {
  it('agrees for every schema whose keywords are all checked', () => {
    const wrong: string[] = [];
    let count = 0;
    // Formats are annotations in this draft, and vocabularies of one's own are not known here.
    const files = (suite ?? []).filter(({ path }) =>
      /^tests\/draft2020-12\/(?!vocabulary)[^/]+$/.test(path),
    );
    for (const group of files.flatMap(({ groups }) => groups)) {
      if (schemaIssues(toValue(group.schema)).length > 0) continue;
      for (const { description, data, valid } of group.tests) {
        count += 1;
        const fits = checkSchema(toValue(group.schema), toValue(data)).length === 0;
        if (fits !== valid) wrong.push(`${group.description}: ${description}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThan(300);
  });
});
