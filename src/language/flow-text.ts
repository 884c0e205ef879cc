import { AppError } from '../errors/index.ts';
import { problemList } from './problems.ts';
import { jsonOf, readDocument, readSource, yamlOf } from './text/index.ts';

export type TextFormat = 'yaml' | 'json';

/** The format of a flow's text: JSON where it is an object in JSON proper, else YAML. */
export function formatOf(text: string): TextFormat {
  if (!text.trimStart().startsWith('{')) return 'yaml';
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return 'yaml';
  }
}

/**
 * The same flow in another format: data, order of keys and all texts are the same; comments and
 * anchors are lost. In its own format the text comes back as it is. Throws AppError as the reader
 * does for a text that is no flow.
 */
export function flowTextAs(text: string, from: TextFormat, to: TextFormat): string {
  if (from === to) return text;
  const source = readSource(text, { file: `flow.${from}` });
  const problems = problemList();
  const tree = readDocument(source, problems);
  const [problem] = problems.sorted();
  if (problem !== undefined) {
    const { code, message, remedy } = problem;
    throw new AppError(code, { message, remedy, place: problem });
  }
  if (tree === undefined) return to === 'yaml' ? '' : 'null\n';
  return to === 'yaml' ? yamlOf(tree) : `${jsonOf(tree)}\n`;
}
