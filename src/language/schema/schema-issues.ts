import { isList, isMap, nearest, type Value, type ValueMap } from '../../base/index.ts';
import { patternOf, type SchemaIssue } from './check-schema.ts';
import { ANNOTATIONS, isShorthand, isShortType, KEYWORDS, TYPE_NAMES } from './shorthand.ts';

const DEPTH_MAX = 50;
const ISSUES_MAX = 20;

/**
 * What is wrong with a schema itself, found before any data is there: keywords that are not known,
 * references, values of the wrong type, patterns that are not valid in RE2. At most 20 issues.
 */
export function schemaIssues(schema: Value): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  visit(issues, schema, { path: '', depth: 0 });
  return issues.slice(0, ISSUES_MAX);
}

interface At {
  readonly path: string;
  readonly depth: number;
}

function visit(issues: SchemaIssue[], schema: Value, at: At): void {
  if (issues.length >= ISSUES_MAX) return;
  const tell = (message: string) => issues.push({ path: at.path, message });
  if (at.depth > DEPTH_MAX) tell('the schema is nested too deeply');
  else if (typeof schema === 'boolean') return;
  else if (typeof schema === 'string') {
    if (!isShortType(schema))
      tell(`${JSON.stringify(schema.slice(0, 40))} is not a type${near(schema)}`);
  } else if (!isMap(schema)) tell('a schema is a map');
  else if (isShorthand(schema)) {
    for (const [key, value] of Object.entries(schema)) visit(issues, value, inside(at, key));
  } else visitKeywords(issues, schema, at);
}

function near(type: string): string {
  const known = nearest(type, TYPE_NAMES);
  return known === undefined ? '' : `; did you mean ${known}?`;
}

function visitKeywords(issues: SchemaIssue[], schema: ValueMap, at: At): void {
  for (const [key, value] of Object.entries(schema)) {
    if (ANNOTATIONS.has(key)) continue;
    const here = inside(at, key);
    const problem = keywordProblem(key, value);
    if (problem !== undefined) issues.push({ path: here.path, message: problem });
    else
      for (const [inner, path] of subschemas(key, value, here.path)) {
        visit(issues, inner, { path, depth: at.depth + 1 });
      }
  }
}

function keywordProblem(key: string, value: Value): string | undefined {
  if (/^\$(dynamic)?ref$|^\$defs$|^definitions$/i.test(key)) {
    return `${key} is not supported: write the schema out where it is used`;
  }
  if (!KEYWORDS.has(key)) {
    const known = nearest(key, KEYWORDS);
    const hint = known === undefined ? '' : `; did you mean ${known}?`;
    return `${key} is not a keyword that is checked${hint}`;
  }
  const expected = EXPECTED[key];
  return expected === undefined || expected.fits(value)
    ? undefined
    : `${key} must be ${expected.what}`;
}

interface Expectation {
  readonly what: string;
  fits(value: Value): boolean;
}

const COUNT: Expectation = {
  what: 'a whole number, 0 or more',
  fits: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 0,
};
const NUMBER: Expectation = { what: 'a number', fits: (value) => typeof value === 'number' };
const SCHEMAS: Expectation = {
  what: 'a list with at least one schema',
  fits: (value) => isList(value) && value.length > 0,
};

const EXPECTED: Readonly<Record<string, Expectation>> = {
  type: {
    what: `one of ${[...TYPE_NAMES].join(', ')}, or a list of them`,
    fits: (value) =>
      isList(value) ? value.length > 0 && value.every(isTypeName) : isTypeName(value),
  },
  enum: { what: 'a list with at least one value', fits: SCHEMAS.fits },
  properties: { what: 'a map of schemas', fits: isMap },
  required: {
    what: 'a list of field names',
    fits: (value) => isList(value) && value.every((each) => typeof each === 'string'),
  },
  uniqueItems: { what: 'true or false', fits: (value) => typeof value === 'boolean' },
  pattern: {
    what: 'a regular expression of RE2 (no backreferences, no lookaround)',
    fits: (value) => typeof value === 'string' && patternOf(value) !== undefined,
  },
  minimum: NUMBER,
  maximum: NUMBER,
  exclusiveMinimum: NUMBER,
  exclusiveMaximum: NUMBER,
  minLength: COUNT,
  maxLength: COUNT,
  minItems: COUNT,
  maxItems: COUNT,
  anyOf: SCHEMAS,
  oneOf: SCHEMAS,
  allOf: SCHEMAS,
};

function isTypeName(value: Value): boolean {
  return typeof value === 'string' && TYPE_NAMES.has(value);
}

/** The schemas inside a keyword's value, each with its path. */
function subschemas(
  key: string,
  value: Value,
  path: string,
): readonly (readonly [Value, string])[] {
  if (key === 'properties' && isMap(value)) {
    return Object.entries(value).map(([name, inner]) => [inner, `${path}.${name}`]);
  }
  if (['anyOf', 'oneOf', 'allOf'].includes(key) && isList(value)) {
    return value.map((inner, index) => [inner, `${path}[${index}]`]);
  }
  return ['items', 'additionalProperties', 'not'].includes(key) ? [[value, path]] : [];
}

function inside({ path, depth }: At, key: string): At {
  return { path: path === '' ? key : `${path}.${key}`, depth: depth + 1 };
}
