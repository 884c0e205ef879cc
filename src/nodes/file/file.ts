import { type ConfigIssue, defineNode, type Value } from '../kit/index.ts';
import { isReadable, isWritable } from './encoding.ts';
import { FILE_FIELDS } from './file-fields.ts';
import { readFiles } from './file-read.ts';
import { writeFile } from './file-write.ts';

/** Reads files of the workspace, or writes one. */
export const fileNode = defineNode({
  id: 'file',
  version: 1,
  title: 'File',
  summary: 'Reads json, jsonl, csv, yaml or text files of the workspace, or writes one.',
  role: 'step',
  effect: 'write',
  needs: ['files'],
  config: FILE_FIELDS,
  output: 'any',
  outputSummary:
    'Reading: what the file holds, the records of several files, or a map of files by path; it ' +
    'can also be written `node.data`. Writing: storage_type, path, size in bytes, and format.',
  valueAlias: 'data',
  example: `name: people-report
version: "1.0.0"
nodes:
  people:
    type: file
    config:
      path: data/people.json
  report:
    type: file
    depends_on: [people]
    config:
      mode: write
      write_key: out/people.csv
      content: "{{ people }}"
outputs:
  people: people
  report: report
`,
  check: (config) => [...pathIssues(config), ...formatIssues(config)],
  run: async (context, config, input) => ({
    value:
      config.mode === 'write'
        ? await writeFile(context, config, input)
        : await readFiles(context, config),
  }),
});

type Config = Readonly<Record<string, Value>>;

function pathIssues(config: Config): readonly ConfigIssue[] {
  if (config.mode === 'write') {
    return isGiven(config.write_key)
      ? []
      : [
          {
            code: 'MISSING_KEY',
            field: 'write_key',
            message: 'write_key is missing, the file to write',
            remedy: isGiven(config.path) ? 'Rename path to write_key.' : 'Add write_key.',
          },
        ];
  }
  if (isGiven(config.path) && isGiven(config.pattern)) {
    const message = 'path and pattern exclude each other';
    return [{ code: 'CONFLICTING_KEYS', field: 'pattern', message }];
  }
  if (isGiven(config.path) || isGiven(config.pattern)) return [];
  return [
    {
      code: 'MISSING_KEY',
      field: 'path',
      message: 'path or pattern is missing, the file or files to read',
      remedy: isGiven(config.write_key) ? 'Add mode: write.' : 'Add path or pattern.',
    },
  ];
}

function formatIssues(config: Config): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const wrong = (field: string, message: string, remedy: string) =>
    issues.push({ code: 'WRONG_VALUE', field, message, remedy });
  if (config.storage_type === 'object') {
    wrong('storage_type', 'object storage comes later', 'Use storage_type: local.');
  }
  const { encoding, delimiter } = config;
  if (typeof encoding === 'string' && !isReadable(encoding)) {
    wrong('encoding', `the encoding ${quoted(encoding)} is not known`, 'Use utf-8.');
  } else if (typeof encoding === 'string' && config.mode === 'write' && !isWritable(encoding)) {
    const remedy = 'Use utf-8, utf-16le, latin1 or ascii.';
    wrong('encoding', `files cannot be written in ${quoted(encoding)}`, remedy);
  }
  if (typeof delimiter === 'string' && !isDelimiter(delimiter)) {
    const remedy = 'Use a character such as , or ; or \\t.';
    wrong('delimiter', `${quoted(delimiter)} cannot stand between csv values`, remedy);
  }
  return issues;
}

function isGiven(value: Value | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

function isDelimiter(text: string): boolean {
  return text === '\\t' || (Array.from(text).length === 1 && !/["\r\n]/.test(text));
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
