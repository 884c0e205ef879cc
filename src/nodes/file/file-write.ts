import {
  AppError,
  type FileCapability,
  isMap,
  type NodeContext,
  type NodeInput,
  type Value,
  type ValueMap,
} from '../kit/index.ts';
import { encoded } from './encoding.ts';
import { type FileConfig, formatOf, prefixed } from './file-fields.ts';
import { serialised } from './serialise.ts';

/**
 * Writes one file whole and gives where and how large it is, in system 1's words.
 *
 * Errors: NODE_INPUT_INVALID where there is nothing to write or it does not fit the format,
 * FILE_ENCODING, those of `files.write`.
 */
export async function writeFile(
  context: NodeContext & { readonly files: FileCapability },
  config: FileConfig,
  input: NodeInput,
): Promise<ValueMap> {
  const path = prefixed(config.write_key ?? '', config);
  const format = formatOf(path, config);
  const text = serialised(contentOf(context, config, input), format, config);
  const size = await context.files.write(path, encoded(text, config.encoding, path));
  context.log('info', `wrote ${path}: ${size} bytes`);
  return { storage_type: config.storage_type, path, size, format };
}

/**
 * `content`; else the upstream value; else, after several nodes, their values by name; else what
 * system 1 writes: the flow's input `data`, or all inputs.
 */
function contentOf(context: NodeContext, config: FileConfig, input: NodeInput): Value {
  if (config.content !== undefined) return config.content;
  if (input.upstream !== undefined) return input.upstream;
  if (Object.keys(input.dependencies).length > 0) return input.dependencies;
  const { inputs } = context.names();
  if (isMap(inputs)) {
    if (Object.hasOwn(inputs, 'data') && inputs.data !== undefined) return inputs.data;
    if (Object.keys(inputs).length > 0) return inputs;
  }
  throw new AppError('NODE_INPUT_INVALID', {
    message: 'there is nothing to write',
    remedy: 'Set content, or let the node depend on the one whose value is written.',
    retryable: false,
  });
}
