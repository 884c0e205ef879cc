import { CODE_LIMITS, type ConfigIssue, defineNode, type Value } from '../kit/index.ts';
import { javascriptFindings } from './javascript-hints.ts';
import { parseJavaScript } from './javascript-syntax.ts';

export const javascriptNode = defineNode({
  id: 'javascript',
  version: 1,
  title: 'JavaScript',
  summary: 'Runs JavaScript in a process of its own, without network, files, clock or timers.',
  role: 'step',
  effect: 'pure',
  needs: ['code'],
  config: {
    code: {
      kind: 'code',
      language: 'javascript',
      required: true,
      summary:
        'The body of a function: `return` gives the value. It sees `inputs`, the nodes before it ' +
        'by name, and all of them in the map `context`.',
    },
    timeout: {
      kind: 'duration',
      min: 1,
      max: CODE_LIMITS.timeoutMsMax,
      summary:
        'How long the code may run, such as 500ms or 10s; at most 300 s. Without it the setting ' +
        'JS_EXECUTION_TIMEOUT counts.',
    },
    memory_limit: {
      kind: 'size',
      default: CODE_LIMITS.memoryBytes,
      min: CODE_LIMITS.memoryBytesMin,
      max: CODE_LIMITS.memoryBytesMax,
      summary: 'How much memory the code may use, from 16MB to 512MB.',
    },
  },
  output: 'any',
  outputSummary: 'What the code returned, as JSON data; null where it returned nothing.',
  valueAlias: 'result',
  example: `name: count-words
inputs:
  text: {type: string, default: "to be or not to be"}
nodes:
  words:
    type: javascript
    config:
      code: |
        const counts = {};
        for (const word of inputs.text.split(' ')) counts[word] = (counts[word] ?? 0) + 1;
        return counts;
outputs: {counts: words}
`,
  check: codeIssues,
  async run(context, config) {
    const { value } = await context.code.javascript({
      code: config.code,
      names: context.names(),
      ...(config.timeout === undefined ? {} : { timeoutMs: config.timeout }),
      memoryBytes: config.memory_limit,
      seed: Math.floor(context.random.next() * 2 ** 32),
      nowMs: context.now(),
      signal: context.signal,
      log: (level, message) => context.log(level, message),
      report: (event) => context.report(event),
    });
    return { value };
  },
});

function codeIssues({ code }: Readonly<Record<string, Value>>): readonly ConfigIssue[] {
  if (typeof code !== 'string') return [];
  if (code.trim() === '') {
    return [{ code: 'WRONG_VALUE', field: 'code', message: 'the code is empty' }];
  }
  if (code.length > CODE_LIMITS.codeBytes) {
    const message = `the code is longer than ${CODE_LIMITS.codeBytes} characters`;
    const remedy = 'Split the code over several nodes.';
    return [{ code: 'WRONG_VALUE', field: 'code', message, remedy }];
  }
  const { program, offset, error } = parseJavaScript(code);
  if (error !== undefined) {
    const { message, line, column } = error;
    const remedy = remedyOf(code, error);
    const fault = { code: 'CODE_SYNTAX', field: 'code', message, at: { line, column } } as const;
    return [remedy === undefined ? fault : { ...fault, remedy }];
  }
  if (program === undefined) return [];
  const { hints, gives } = javascriptFindings(program);
  const issues = hints.map(({ at, message, remedy }): ConfigIssue => {
    const before = code.slice(0, at - offset).split('\n');
    const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
    return { code: 'CODE_REFUSED', field: 'code', message, remedy, at: place, severity: 'warning' };
  });
  return gives ? issues : [...issues, givesNothing(code)];
}

function remedyOf(
  code: string,
  { line, message }: { readonly line: number; readonly message: string },
): string | undefined {
  if (message.startsWith('import and export')) {
    return 'Write the body of a function alone, with return: there are no modules here.';
  }
  const text = code.split('\n')[line - 1] ?? '';
  if (!/\{\{\s*(?:inputs|context)\b/.test(text)) return undefined;
  return 'Write inputs.name, without braces: code is no template.';
}

function givesNothing(code: string): ConfigIssue {
  const message = 'the code has no return, so its value is null';
  // `code: >` in YAML joins lines, and then a comment hides all that follows it.
  const comment = code.indexOf('//');
  const isHidden =
    comment >= 0 && !code.trim().includes('\n') && /\breturn\b/.test(code.slice(comment));
  const remedy = isHidden
    ? 'Write code: | and not code: >, which joins the lines behind the //.'
    : 'Add return before the value; the code is the body of a function already.';
  return { code: 'WRONG_VALUE', field: 'code', message, remedy, severity: 'warning' };
}
