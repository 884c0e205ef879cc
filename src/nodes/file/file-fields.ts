import { type ConfigOf, type Fields, TEMPLATE_USES } from '../kit/index.ts';

const PATH_TEMPLATE = { level: TEMPLATE_USES.path, when: 'before' } as const;

/** What a file can hold; `html` and the documents can be written or named, not yet read. */
export const FORMATS = [
  'auto',
  'json',
  'jsonl',
  'csv',
  'txt',
  'yaml',
  'pdf',
  'docx',
  'xlsx',
  'html',
] as const;

/** The config of a file node: every option of system 1's, and `content`. */
export const FILE_FIELDS = {
  path: {
    kind: 'text',
    summary: 'The file to read, relative to the workspace.',
    template: PATH_TEMPLATE,
  },
  pattern: {
    kind: 'text',
    summary: 'The files to read: *, ?, [a-z], {a,b} and ** for folders, such as data/**/*.csv.',
    template: PATH_TEMPLATE,
  },
  mode: {
    kind: 'choice',
    summary: 'Read files, or write one.',
    choices: ['read', 'write'],
    default: 'read',
  },
  write_key: {
    kind: 'text',
    summary: 'The file to write, relative to the workspace; folders are made as needed.',
    template: PATH_TEMPLATE,
  },
  content: {
    kind: 'json',
    summary: 'What to write; without it, the value of the node before this one.',
    template: { level: TEMPLATE_USES.text, when: 'before' },
  },
  storage_type: {
    kind: 'choice',
    summary: 'Where the files are; object storage comes later.',
    choices: ['local', 'object'],
    default: 'local',
  },
  storage_prefix: {
    kind: 'text',
    summary: 'A folder that is put before path, pattern and write_key.',
  },
  format: {
    kind: 'choice',
    summary: 'What the file holds; auto goes by the ending of its name, txt if that is not known.',
    choices: FORMATS,
    default: 'auto',
  },
  encoding: {
    kind: 'text',
    summary: 'How letters are stored, such as utf-8, utf-16le, latin1 or shift_jis.',
    default: 'utf-8',
  },
  extract_text: {
    kind: 'boolean',
    summary: 'For pdf, docx and html, which come later: give the text alone.',
    default: true,
  },
  output_mode: {
    kind: 'choice',
    summary: 'The content itself, a list of the contents, or a map of contents by path.',
    choices: ['content', 'list', 'dict'],
    default: 'content',
  },
  merge: {
    kind: 'boolean',
    summary: 'Join the contents of several files into one list.',
    default: false,
  },
  stream: {
    kind: 'boolean',
    summary: 'Changes nothing in the value: records are always read in pieces.',
    default: false,
  },
  chunk_size: {
    kind: 'integer',
    summary: 'How many records are held at a time while a sample is drawn.',
    default: 1_000,
    min: 1,
    max: 100_000,
  },
  sample: {
    kind: 'number',
    summary: 'Keep this part of the records, drawn at random; 0 and 1 keep all.',
    min: 0,
    max: 1,
  },
  limit: {
    kind: 'integer',
    summary: 'Keep at most so many records, the first of the sample; 0 keeps all.',
    min: 0,
  },
  delimiter: {
    kind: 'text',
    summary: 'What stands between the values of a csv line: one character, or \\t for a tab.',
    default: ',',
  },
  has_header: {
    kind: 'boolean',
    summary:
      'Whether the first csv line has the names; without it they are col_0, col_1 and so on.',
    default: true,
  },
  skip_errors: {
    kind: 'boolean',
    summary:
      'Leave out csv and jsonl lines, and files of a merge, that cannot be read; a list or map ' +
      'of files has {error} in their place.',
    default: false,
  },
} as const satisfies Fields;

/** The config of a file node as `run` gets it. */
export type FileConfig = ConfigOf<typeof FILE_FIELDS>;

/** A format that is decided: `auto` is not among them. */
export type Format = Exclude<(typeof FORMATS)[number], 'auto'>;

const FORMAT_BY_ENDING: ReadonlyMap<string, Format> = new Map([
  ['json', 'json'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['yaml', 'yaml'],
  ['yml', 'yaml'],
  ['csv', 'csv'],
  ['pdf', 'pdf'],
  ['docx', 'docx'],
  ['xlsx', 'xlsx'],
  ['xls', 'xlsx'],
  ['html', 'html'],
  ['htm', 'html'],
]);

/** The format of a file by the config, else by the ending of its name. */
export function formatOf(path: string, config: Pick<FileConfig, 'format'>): Format {
  if (config.format !== 'auto') return config.format;
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return FORMAT_BY_ENDING.get(ending) ?? 'txt';
}

/** The character between csv values: a tab may be written as `\t`. */
export function delimiterOf(config: Pick<FileConfig, 'delimiter'>): string {
  return config.delimiter === '\\t' ? '\t' : config.delimiter;
}

/** A path with the prefix before it. */
export function prefixed(path: string, config: Pick<FileConfig, 'storage_prefix'>): string {
  const prefix = config.storage_prefix?.replace(/\/+$/, '') ?? '';
  return prefix === '' || path.trim() === '' ? path : `${prefix}/${path}`;
}
