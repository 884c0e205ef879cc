import type { Problem } from '../contract/index.ts';
import { asAppError } from '../errors/index.ts';
import type { Plan } from '../language/index.ts';
import type { CommandContext } from './command-context.ts';
import type { Local } from './local.ts';
import { countText, problemText } from './problem-text.ts';
import { printable, styled, tellDocument } from './terminal.ts';

export interface ValidateOptions {
  readonly files: readonly string[];
  readonly json: boolean;
}

/** `sluice validate`: reads flows, runs nothing. 0 when every flow is valid, 2 otherwise. */
export async function validateCommand(
  context: CommandContext,
  options: ValidateOptions,
): Promise<number> {
  const { terminal, local } = context;
  let allValid = true;
  const documents = [];
  for (const file of options.files) {
    const { text, plan, problems } = await read(local, file);
    const valid = plan !== undefined;
    allValid &&= valid;
    documents.push({ valid, problems, ...(options.files.length > 1 ? { file } : {}) });
    if (options.json) continue;
    for (const problem of problems) terminal.out(`${problemText(terminal, problem)}\n`);
    const verdict = valid
      ? `${styled(terminal, 'green', 'valid')}: ${printable(plan.name)}, ${countNodes(plan.nodes)}`
      : `${styled(terminal, 'red', 'not valid')}: ${countText(problems)}`;
    terminal.out(`${printable(text)}: ${verdict}\n`);
  }
  if (options.json) {
    const document = documents.length === 1 ? documents[0] : { valid: allValid, flows: documents };
    tellDocument(terminal, document);
  }
  return allValid ? 0 : 2;
}

/** What a file holds; that it cannot be read is a problem like any other. */
async function read(
  local: Local,
  file: string,
): Promise<{ text: string; plan: Plan | undefined; problems: readonly Problem[] }> {
  try {
    const text = await local.readText(file);
    return { text: text.file, ...local.compile(text) };
  } catch (thrown) {
    const error = asAppError(thrown);
    if (error.code !== 'FILE_NOT_FOUND' && error.code !== 'FLOW_TOO_LARGE') throw error;
    const { code, message, remedy } = error;
    const place = { file, line: 1, column: 1, path: '', sourceLine: '' };
    const problem = { severity: 'error', code, message, remedy, ...place } as const;
    return { text: file, plan: undefined, problems: [problem] };
  }
}

function countNodes(nodes: readonly unknown[]): string {
  return `${nodes.length} node${nodes.length === 1 ? '' : 's'}`;
}
