import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/index.ts';
import { compiled } from './compiled.ts';
import { SYSTEM_1_SHAPES } from './system-1-shapes.ts';

// 2,000 in the suite; FUZZ_RUNS=100000 for a long run.
const RUNS = Number(process.env.FUZZ_RUNS ?? 2_000);

const TOKENS = [
  ...['{{', '}}', '{%', '&a ', '*a', '<<: ', '- ', '? ', ': ', '|', '>', '"', "'", '[', ']', '{'],
  ...['}', '\t', '\n\n', '#', '---\n', '!!str ', 'null', 'depends_on: ', '__proto__: 1\n', '% '],
  ...['nodes:\n', 'config: ', '.error', '{{ inputs.x }}', '\u0000', '\ud800', 'then: ', '1e999'],
  ...['type: split', 'item_name: item', 'subgraph_nodes: [a]', 'level: unsafe', '\\u0041'],
];

type Pick = (count: number) => number;
type Mutation = (text: string, pick: Pick) => string;

const MUTATIONS: readonly Mutation[] = [
  (text, pick) => {
    const at = pick(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(pick(256)) + text.slice(at + 1);
  },
  (text, pick) => {
    const lines = text.split('\n');
    const [left, right] = [pick(lines.length), pick(lines.length)];
    [lines[left], lines[right]] = [lines[right] ?? '', lines[left] ?? ''];
    return lines.join('\n');
  },
  (text, pick) => text.slice(0, pick(text.length + 1) + 20),
  (text, pick) => {
    const at = pick(text.length + 1);
    return text.slice(0, at) + TOKENS[pick(TOKENS.length)] + text.slice(at);
  },
  (text, pick) =>
    text
      .split('\n')
      .toSpliced(pick(text.split('\n').length), 1)
      .join('\n'),
  (text, pick) => {
    const [at, from] = [pick(text.length + 1), pick(text.length + 1)];
    return text.slice(0, at) + text.slice(from, from + pick(40)) + text.slice(at);
  },
];

function mutated(seed: number): string {
  const random = seededRandom(seed);
  const pick: Pick = (count) => Math.floor(random.next() * count);
  let text = SYSTEM_1_SHAPES[pick(SYSTEM_1_SHAPES.length)]?.text ?? '';
  for (let times = 1 + pick(4); times > 0; times -= 1) {
    text = MUTATIONS[pick(MUTATIONS.length)]?.(text, pick) ?? text;
  }
  return text;
}

describe('mutated flows', () => {
  it('give a plan or problems with places inside the text, never an exception', () => {
    let plans = 0;
    for (let seed = 0; seed < RUNS; seed += 1) {
      const text = mutated(seed);
      const { plan, problems } = compiled(text);
      const lines = text.split('\n');
      if (plan !== undefined) plans += 1;
      const wrong =
        (plan === undefined) !== problems.some(({ severity }) => severity === 'error') ||
        problems.some(
          ({ code, line, column, message, remedy }) =>
            code === 'INTERNAL' ||
            message === '' ||
            remedy === '' ||
            column < 1 ||
            column > (lines[line - 1] ?? '').length + 2,
        );
      if (wrong) expect({ seed, text, plan: plan?.name, problems }).toBe('a proper answer');
    }
    expect(plans).toBeGreaterThan(0);
    expect(plans).toBeLessThan(RUNS);
  });

  it('give problems for random bytes', () => {
    const random = seededRandom(1);
    for (let run = 0; run < RUNS / 10; run += 1) {
      const bytes = Uint8Array.from({ length: run % 200 }, () => Math.floor(random.next() * 256));
      const { plan, problems } = compiled(bytes);
      expect(plan).toBeUndefined();
      expect(problems.length).toBeGreaterThan(0);
    }
  });
});
