import { defineNode, PYTHON_LIMITS } from '../kit/index.ts';
import { configIssues } from './python-config.ts';
import { placedInFile, sourceOf } from './python-source.ts';

export const pythonNode = defineNode({
  id: 'python',
  version: 1,
  title: 'Python',
  summary: 'Runs Python in a jail of its own: no network, no files, no environment, one call each.',
  role: 'step',
  effect: 'pure',
  needs: ['code', 'files'],
  config: {
    code: {
      kind: 'code',
      language: 'python',
      summary:
        'The code: what it leaves in `result`, or gives with `return`, is the value. It sees ' +
        '`inputs`, the nodes before it by name, and all of them in the dict `context`.',
    },
    file: {
      kind: 'text',
      minLength: 1,
      maxLength: 1_000,
      summary: 'A file of the workspace that holds the code, in place of `code`.',
    },
    function: {
      kind: 'text',
      summary:
        'A function of the code that makes the value; it is called with `context`, or with ' +
        'nothing where it takes nothing.',
    },
    timeout: {
      kind: 'duration',
      min: PYTHON_LIMITS.timeoutMsMin,
      max: PYTHON_LIMITS.timeoutMsMax,
      summary:
        'How long the code may run, such as 10s or 5m; 1 to 300 s. Without it the setting ' +
        'PYTHON_EXECUTION_TIMEOUT counts.',
    },
    memory_limit: {
      kind: 'size',
      min: PYTHON_LIMITS.memoryBytesMin,
      max: PYTHON_LIMITS.memoryBytesMax,
      summary:
        'How much memory the code may take, such as 200MB, on top of what Python itself has. ' +
        'Without it 100MB, at the level trusted 512MB.',
    },
    allowed_imports: {
      kind: 'list',
      items: { kind: 'text', minLength: 1, summary: 'The name of a module, such as decimal.' },
      maxItems: PYTHON_LIMITS.allowedImports,
      summary: 'Modules that may be imported besides those of the level; see docs/code.md.',
    },
    max_output_size: {
      kind: 'size',
      default: PYTHON_LIMITS.outputBytes,
      min: PYTHON_LIMITS.outputBytesMin,
      max: PYTHON_LIMITS.outputBytesMax,
      summary: 'How large the result may be as JSON, from 1KB to 100MB.',
    },
    security_level: {
      kind: 'choice',
      choices: ['strict', 'normal', 'trusted'],
      summary:
        'What the code may do: strict has no imports and no classes, normal a short list of ' +
        'modules, trusted a longer one with numpy and pandas. Without it the setting ' +
        'PYTHON_SECURITY_LEVEL counts.',
    },
  },
  output: 'any',
  outputSummary:
    'What `result`, `return` or the function gave, as JSON data; null where that is nothing.',
  valueAlias: 'result',
  example: `name: spread-of-prices
inputs:
  prices: {type: array, default: [12.5, 9.75, 14]}
nodes:
  spread:
    type: python
    config:
      code: |
        import statistics

        prices = inputs["prices"]
        result = {
            "mean": round(statistics.mean(prices), 2),
            "spread": max(prices) - min(prices),
        }
outputs: {spread: spread}
`,
  check: configIssues,
  async run(context, config) {
    const { timeout, memory_limit, security_level, function: name } = config;
    const code = await sourceOf(context.files, config);
    const running = context.code.python({
      code,
      names: context.names(),
      ...(name === undefined ? {} : { function: name }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(memory_limit === undefined ? {} : { memoryBytes: memory_limit }),
      ...(security_level === undefined ? {} : { level: security_level }),
      allowedImports: config.allowed_imports ?? [],
      outputBytes: config.max_output_size,
      seed: Math.floor(context.random.next() * 2 ** 32),
      nowMs: context.now(),
      signal: context.signal,
      log: (level, message) => context.log(level, message),
      report: (event) => context.report(event),
    });
    const { value } = await running.catch((thrown: unknown) => {
      throw placedInFile(thrown, config.file);
    });
    return { value };
  },
});
