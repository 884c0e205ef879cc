import { describe, expect, it } from 'vitest';
import { compiled } from './compiled.ts';
import { corpus } from './corpus.ts';

interface SuiteCase {
  readonly id: string;
  readonly error: boolean;
  readonly 'in.yaml': string;
}
interface Bomb {
  readonly name: string;
  readonly yaml: string;
}

const suite = corpus('yaml/yaml-test-suite.json') as readonly SuiteCase[] | undefined;
const bombs = corpus('yaml/own-bombs.json') as readonly Bomb[] | undefined;

describe.skipIf(suite === undefined)('the YAML test suite', () => {
  it('is refused where it must fail, and is never a flow', () => {
    const cases = suite ?? [];
    const accepted = cases.filter((each) => compiled(each['in.yaml']).plan !== undefined);
    expect(cases.filter((each) => each.error)).toHaveLength(94);
    expect(accepted.map((each) => each.id)).toEqual([]);
  });
});

describe.skipIf(bombs === undefined)('documents made to break a reader', () => {
  const first = (name: string) => {
    const bomb = bombs?.find((each) => each.name === name);
    return compiled(bomb?.yaml ?? '').problems.find((problem) => /^[A-Z]+_/.test(problem.code))
      ?.code;
  };

  it('are refused before they grow', () => {
    expect(Object.fromEntries((bombs ?? []).map(({ name }) => [name, first(name)]))).toMatchObject({
      'billion-laughs': 'YAML_TOO_MANY_ALIASES',
      quadratic: 'YAML_TOO_MANY_ALIASES',
      'deep-flow': 'YAML_TOO_DEEP',
      'deep-block': 'YAML_TOO_DEEP',
      'merge-chain': 'YAML_TOO_MANY_ALIASES',
      'many-docs': 'YAML_SYNTAX',
      'many-keys': 'YAML_TOO_MANY_NODES',
    });
  });

  it('are all refused, and leave the prototype of objects alone', () => {
    const plans = (bombs ?? []).filter(({ yaml }) => compiled(yaml).plan !== undefined);
    expect(plans.map(({ name }) => name)).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('the bounds of a document', () => {
  const flow = (value: string) =>
    compiled(`name: x\nnodes: {a: {type: echo, config: {value: ${value}}}}\n`).problems.map(
      ({ code }) => code,
    );

  it('hold at the last allowed depth and not one deeper', () => {
    expect(flow('['.repeat(61) + ']'.repeat(61))).toEqual([]);
    expect(flow('['.repeat(62) + ']'.repeat(62))).toEqual(['YAML_TOO_DEEP']);
  });

  it('count aliases', () => {
    expect(flow(`[&a 1, ${'*a, '.repeat(50)}]`)).toEqual([]);
    expect(flow(`[&a 1, ${'*a, '.repeat(51)}]`)).toEqual(['YAML_TOO_MANY_ALIASES']);
  });

  it('count the values that aliases stand for', () => {
    const levels = ['b', 'c', 'd', 'e', 'f'].map((name, index) => {
      const before = 'abcde'[index];
      return `{k: &${name} [${Array(9).fill(`*${before}`).join(', ')}]}`;
    });
    expect(flow(`[&a [1, 1, 1, 1, 1, 1, 1, 1, 1], ${levels.slice(0, 3).join(', ')}]`)).toEqual([]);
    expect(flow(`[&a [1, 1, 1, 1, 1, 1, 1, 1, 1], ${levels.join(', ')}]`)).toEqual([
      'YAML_TOO_MANY_NODES',
    ]);
  });

  it('count nodes of the flow', () => {
    const nodes = (count: number) =>
      Array.from({ length: count }, (_, index) => `  n${index}: {type: echo}\n`).join('');
    expect(compiled(`name: x\nnodes:\n${nodes(1000)}`).problems).toEqual([]);
    expect(compiled(`name: x\nnodes:\n${nodes(1001)}`).problems[0]).toMatchObject({
      code: 'FLOW_TOO_MANY_NODES',
      line: 1003,
      column: 3,
    });
  });

  it('count bytes', () => {
    const text = `name: x\nnodes: {a: {type: echo, config: {text: "${'é'.repeat(600_000)}"}}}\n`;
    expect(compiled(text).problems[0]).toMatchObject({ code: 'FLOW_TOO_LARGE', line: 1 });
    expect(compiled(new TextEncoder().encode(text)).problems[0]?.code).toBe('FLOW_TOO_LARGE');
  });

  it('cut the list of problems, errors before warnings', () => {
    const text = `name: x\ngrants: {}\n${Array.from({ length: 300 }, (_, index) => `zz${index}: 1\n`).join('')}`;
    const { problems } = compiled(text);
    expect(problems).toHaveLength(100);
    expect(problems.every(({ severity }) => severity === 'error')).toBe(true);
  });
});
