import { stringify } from 'yaml';
import { AppError, isList, isMap, type Value } from '../kit/index.ts';
import { csvText } from './csv-write.ts';
import { delimiterOf, type FileConfig, type Format } from './file-fields.ts';

/**
 * The text of a value in a format. JSON, JSON Lines, YAML and csv end with a line break; text is
 * written as it is, a list of texts and numbers as lines, and anything deeper as JSON.
 *
 * Errors: NODE_INPUT_INVALID where the value does not fit the format, FILE_FORMAT_UNSUPPORTED.
 */
export function serialised(
  value: Value,
  format: Format,
  config: Pick<FileConfig, 'delimiter' | 'has_header'>,
): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, null, 2)}\n`;
    case 'jsonl':
      return (isList(value) ? value : [value]).map((item) => `${JSON.stringify(item)}\n`).join('');
    case 'yaml':
      // What YAML 1.1 would read as a boolean or number is quoted, since many readers still do.
      return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' });
    case 'csv':
      return csvText(value, { delimiter: delimiterOf(config), header: config.has_header });
    case 'txt':
    case 'html':
      return plainText(value);
    case 'pdf':
    case 'docx':
    case 'xlsx':
      throw new AppError('FILE_FORMAT_UNSUPPORTED', {
        message: `${format} files cannot be written; documents come later`,
        remedy: 'Write csv, html, json, jsonl, txt or yaml.',
        retryable: false,
      });
  }
}

function plainText(value: Value): string {
  if (isList(value) && !value.some((item) => isList(item) || isMap(item))) {
    return value.map((item) => `${scalarText(item)}\n`).join('');
  }
  return isList(value) || isMap(value) ? `${JSON.stringify(value, null, 2)}\n` : scalarText(value);
}

function scalarText(value: Value): string {
  return value === null ? '' : String(value);
}
