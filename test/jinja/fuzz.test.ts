import { describe, expect, it } from 'vitest';
import { seededRandom, type Value } from '../../src/base/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { compileTemplate } from '../../src/language/expression/index.ts';
import { generateTemplate } from './generator.ts';
import { context, plainNames } from './oracle.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 20_000);

const names = plainNames({
  ...context,
  constructor: 'data',
  toString: { valueOf: 1 },
  hostile: JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}'),
});
const grammar = { names: [...Object.keys(context), 'hostile'], hostile: true };

/** Text that only the host could have put there. */
const HOST_TEXT = /\[native code\]|\[object |function\s*\(|=>\s*[{(]|node:internal|Symbol\(/;

describe('generated hostile templates', () => {
  it(`end in text or in an error of the template, ${RUNS} times`, { timeout: 3_600_000 }, () => {
    for (let seed = 0; seed < RUNS; seed += 1) attempt(generateTemplate(1e6 + seed, grammar));
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
  });

  it('end likewise when characters are lost, doubled and swapped', () => {
    const random = seededRandom(7);
    for (let seed = 0; seed < Math.min(RUNS, 20_000) / 4; seed += 1) {
      attempt(mutate(generateTemplate(seed, grammar), () => random.next()));
    }
  });
});

function attempt(template: string): void {
  let stage = 'compile';
  try {
    const compiled = compileTemplate(template, 'sandboxed');
    stage = 'render';
    const text = compiled.render(names);
    if (HOST_TEXT.test(text)) throw new Error(`host text from ${template}: ${text}`);
    requireValue(compiled.evaluate(names), 0);
  } catch (error) {
    const isOurs = error instanceof AppError && error.code.startsWith('TEMPLATE_');
    if (!isOurs || HOST_TEXT.test(error.message)) {
      throw new Error(`${stage} of ${JSON.stringify(template)}`, { cause: error });
    }
  }
}

function requireValue(value: Value, depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('not a number of JSON');
    return;
  }
  if (typeof value !== 'object' || depth > 100) throw new Error(`${typeof value} left a template`);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Array.prototype) throw new Error('a host object left');
  for (const member of Object.values(value)) requireValue(member, depth + 1);
}

const NOISE = '{}%#-|.[]()\'"\\~*/<>=!:,0 a\n_😀';

function mutate(template: string, random: () => number): string {
  const characters = Array.from(template);
  const noise = Array.from(NOISE);
  for (let left = 1 + Math.floor(random() * 4); left > 0; left -= 1) {
    const at = Math.floor(random() * characters.length);
    const extra = noise[Math.floor(random() * noise.length)] ?? '';
    const replacement = [[], [extra], [extra, characters[at] ?? '']][Math.floor(random() * 3)];
    characters.splice(at, 1, ...(replacement ?? []));
  }
  return characters.join('');
}
