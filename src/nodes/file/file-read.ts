import {
  AppError,
  emptyMap,
  type FileCapability,
  isList,
  type NodeContext,
  type Value,
  type ValueMap,
} from '../kit/index.ts';
import { type FileConfig, formatOf, prefixed } from './file-fields.ts';
import { readContent } from './read-content.ts';
import { selected } from './sample.ts';

type ReadContext = NodeContext & { readonly files: FileCapability };

/**
 * Reads one file, or all that match a pattern, and gives what they hold. System 1 wraps it as
 * `data` in its code and not in its examples; the value alias of the node type makes both ways
 * work.
 *
 * Errors: PATH_NOT_FOUND where nothing matches, FILE_*, those of `files`.
 */
export async function readFiles(context: ReadContext, config: FileConfig): Promise<Value> {
  const paths = await pathsOf(context, config);
  const [only] = paths;
  const data =
    paths.length === 1 && only !== undefined
      ? shaped(only, await readOne(context, config, only), config)
      : await readSeveral(context, config, paths);
  context.log('info', `read ${paths.length === 1 ? only : `${paths.length} files`}`);
  return data;
}

async function pathsOf(context: ReadContext, config: FileConfig): Promise<readonly string[]> {
  if (config.path !== undefined) return [prefixed(config.path, config)];
  const pattern = prefixed(config.pattern ?? '', config);
  const found = await context.files.glob(pattern);
  if (found.length > 0) return found;
  throw new AppError('PATH_NOT_FOUND', {
    message: `No files found that match ${JSON.stringify(pattern.slice(0, 200))}`,
    remedy: 'Check the pattern; it is relative to the workspace.',
    retryable: false,
  });
}

/** One file: what stands in it; as a list, or by its path, where the mode says so. */
function shaped(path: string, content: Value, config: FileConfig): Value {
  if (config.output_mode === 'dict') return mapWith([[path, content]]);
  return config.output_mode === 'list' && !isList(content) ? [content] : content;
}

/** Several files: one list with `merge`, else their contents by path or in the order of paths. */
async function readSeveral(
  context: ReadContext,
  config: FileConfig,
  paths: readonly string[],
): Promise<Value> {
  if (config.merge) return selected(itemsOf(context, config, paths), config, context);
  const contents: [string, Value][] = [];
  for await (const content of contentsOf(context, config, paths)) contents.push(content);
  return config.output_mode === 'list' ? contents.map(([, content]) => content) : mapWith(contents);
}

/** One file after the other; with `skip_errors`, one that cannot be read gives its error. */
async function* contentsOf(
  context: ReadContext,
  config: FileConfig,
  paths: readonly string[],
): AsyncGenerator<[string, Value]> {
  for (const path of paths) {
    context.signal.throwIfAborted();
    try {
      yield [path, await readOne(context, config, path)];
    } catch (error) {
      if (!config.skip_errors || !(error instanceof AppError)) throw error;
      context.log('warn', `left out ${path}: ${error.message}`);
      if (!config.merge) yield [path, mapWith([['error', error.message]])];
    }
  }
}

/** The items of all files; `sample` and `limit` count over all of them, not for each. */
async function* itemsOf(
  context: ReadContext,
  config: FileConfig,
  paths: readonly string[],
): AsyncGenerator<Value> {
  const { sample: _sample, limit: _limit, ...all } = config;
  for await (const [, content] of contentsOf(context, all, paths)) {
    if (isList(content)) yield* content;
    else yield content;
  }
}

function readOne(context: ReadContext, config: FileConfig, path: string): Promise<Value> {
  return readContent(context, config, { path, format: formatOf(path, config) });
}

function mapWith(entries: readonly (readonly [string, Value])[]): ValueMap {
  const map = emptyMap();
  for (const [path, content] of entries) map[path] = content;
  return map;
}
