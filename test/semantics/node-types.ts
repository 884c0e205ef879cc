import type { NodeType } from '../../src/contract/index.ts';
import { AppError } from '../../src/errors/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';

/** What every type has to say about itself, and nobody reads here. */
const words = (id: string) =>
  ({
    id,
    version: 1,
    title: id,
    summary: id,
    output: 'any',
    outputSummary: id,
    example: '',
  }) as const;

const anyValue = {
  kind: 'json',
  template: { level: 'safe_expressions', when: 'before' },
  summary: 'What the node gives.',
} as const;

const valueNode = defineNode({
  ...words('value'),
  role: 'step',
  effect: 'pure',
  needs: [],
  config: { value: anyValue },
  run: (_context, config) => ({ value: config.value ?? null }),
});

/** Gives the whole upstream value, whatever its name. */
const upstreamNode = defineNode({
  ...words('upstream'),
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {},
  run: (_context, _config, input) => ({ value: input.upstream ?? null }),
});

/** Fails as often as it says, then gives its value. */
const failNode = defineNode({
  ...words('fail'),
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    times: { kind: 'integer', default: 1_000, summary: 'How many attempts fail.' },
    when: { ...anyValue, summary: 'Fails only where this is true.' },
    for_good: { kind: 'boolean', default: false, summary: 'Whether a repetition is no use.' },
    value: anyValue,
  },
  run: (context, config) => {
    const fails = config.when === undefined || config.when === true;
    if (!fails || context.attempt > config.times) return { value: config.value ?? null };
    const message = `${context.node} failed`;
    throw new AppError('NODE_FAILED', { message, retryable: !config.for_good });
  },
});

/** Takes its time; with `stubborn` it does not heed its signal. */
const slowNode = defineNode({
  ...words('slow'),
  role: 'step',
  effect: 'pure',
  needs: [],
  config: {
    wait: { kind: 'duration', required: true, summary: 'How long the first attempts take.' },
    times: { kind: 'integer', default: 1_000, summary: 'How many attempts take long.' },
    stubborn: { kind: 'boolean', default: false, summary: 'Never heeds its signal, never ends.' },
    value: anyValue,
  },
  run: async (context, config) => {
    if (config.stubborn) await new Promise(() => {});
    if (context.attempt <= config.times) await context.sleep(config.wait);
    return { value: config.value ?? null };
  },
});

export const SEMANTICS_TYPES: readonly NodeType[] = [
  ...NODE_TYPES,
  valueNode,
  upstreamNode,
  failNode,
  slowNode,
];
