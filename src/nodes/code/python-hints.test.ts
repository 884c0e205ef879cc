import { describe, expect, it } from 'vitest';
import { pythonIssues } from './python-check.ts';

const told = (code: string) =>
  pythonIssues(code, { allowed: [] }).map(
    ({ severity, at, remedy }) => `${severity ?? 'error'} ${at?.line}:${at?.column} ${remedy}`,
  );

describe('pythonHints', () => {
  it.each([
    ['result = inputs.x', 'warning 1:10 Write inputs["x"].'],
    ['def main(context):\n    return context.rows', 'warning 2:12 Write context["rows"].'],
    ['result = input["x"]', 'error 1:10 Write inputs, with an s: nobody can answer here.'],
    ['result = true', 'warning 1:10 Write True.'],
    ['result = [null, null]', 'warning 1:11 Write None.'],
    ['result = "{{ inputs.x }}"', 'warning 1:11 Write inputs["name"], without braces.'],
  ])('warns of %j', (code, warning) => {
    expect(told(code)).toEqual([warning]);
  });

  it.each([
    'result = inputs.get("x"), context.items()',
    'inputs = Row()\nresult = inputs.x',
    'def f(inputs):\n    return inputs.x\nresult = f(row)',
    'true = 1\nresult = true',
    'for input in inputs:\n    result = input["x"]',
    'result = row.true + row["null"]',
    'result = f"{{{inputs}}}"',
  ])('says nothing of %j', (code) => {
    expect(told(code)).toEqual([]);
  });

  it('says what to do without a module, and how one is allowed', () => {
    expect(told('import requests')[0]).toMatch(/^error 1:8 Call the service with an http node/);
    expect(told('import logging')[0]).toMatch(/^error 1:8 Write to the log with print/);
    expect(told('import decimal')).toEqual([
      'warning 1:8 Write allowed_imports: [decimal] in the config.',
    ]);
    expect(told('import numpy')[0]).toMatch(/^warning 1:8 Set security_level: trusted/);
  });

  it('suspects a folded block where a line seems to begin within a line', () => {
    expect(told('x = 1 result = x')[0]).toMatch(/write code: \| and not code: >/);
  });

  it('costs no more than the length of hostile code', () => {
    const parts = ['inputs:inputs.x\n', '"{{ inputs"\n', 'x = lambda a: inputs.x\n'];
    for (const part of parts) expect(told(part.repeat(4_000)).length).toBeLessThan(20);
  });
});
