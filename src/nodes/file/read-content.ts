import {
  AppError,
  type FileCapability,
  isList,
  type NodeContext,
  type Value,
} from '../kit/index.ts';
import { readCsv } from './csv-read.ts';
import { decoded } from './encoding.ts';
import type { FileConfig, Format } from './file-fields.ts';
import { linesOf, readJson, readJsonLines } from './json-read.ts';
import { isSelective, selected } from './sample.ts';
import { readYaml } from './yaml-read.ts';

type ReadContext = NodeContext & { readonly files: FileCapability };

/**
 * The content of one file. Records of csv and JSON Lines, lines of text and items of a list pass
 * through `sample` and `limit`; csv, JSON Lines and lines are read in pieces, so that the file
 * itself is never held.
 *
 * Errors: FILE_PARSE, FILE_ENCODING, FILE_FORMAT_UNSUPPORTED, those of `files`.
 */
export async function readContent(
  context: ReadContext,
  config: FileConfig,
  file: { readonly path: string; readonly format: Format },
): Promise<Value> {
  const { path, format } = file;
  const texts = () => decoded(watched(context, path), config.encoding, path);
  switch (format) {
    case 'csv':
      return selected(readCsv(texts(), path, config), config, context);
    case 'jsonl':
      return selected(readJsonLines(linesOf(texts()), path, config.skip_errors), config, context);
    case 'json':
      return part(readJson(await whole(texts()), path), config, context);
    case 'yaml':
      return part(readYaml(await whole(texts()), path), config, context);
    case 'txt': {
      if (!isSelective(config)) return whole(texts());
      return (await selected(linesOf(texts()), config, context)).join('\n');
    }
    case 'pdf':
    case 'docx':
    case 'xlsx':
    case 'html':
      throw new AppError('FILE_FORMAT_UNSUPPORTED', {
        message: `${path}: ${format} files cannot be read yet; documents come later`,
        remedy: 'Convert the file to txt, csv or json, or set format: txt to read it as it is.',
        retryable: false,
      });
  }
}

/** The pieces of a file, until the visit is told to stop. */
async function* watched(context: ReadContext, path: string): AsyncGenerator<Uint8Array> {
  for await (const piece of context.files.stream(path)) {
    context.signal.throwIfAborted();
    yield piece;
  }
}

async function whole(texts: AsyncIterable<string>): Promise<string> {
  const pieces: string[] = [];
  for await (const text of texts) pieces.push(text);
  return pieces.join('');
}

async function part(value: Value, config: FileConfig, context: NodeContext): Promise<Value> {
  if (!isList(value) || !isSelective(config)) return value;
  return selected(each(value), config, context);
}

async function* each(items: readonly Value[]): AsyncGenerator<Value> {
  yield* items;
}
