import type { ProblemList } from '../problems.ts';
import { memberPath, type Source, type TreeEntry } from '../text/index.ts';

const NODE_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const INPUT_NAME = /^[\p{L}_][\p{L}\p{N}_ -]{0,63}$/u;
// Controls and format characters, without the joiners that scripts and emoji need.
const HIDDEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/u;

/**
 * Names that templates and references already give a meaning: a node of that name could not be
 * read, or would hide what stands there.
 */
const RESERVED: ReadonlySet<string> = new Set([
  ...['inputs', 'item', 'env', 'loop', 'execution_id', 'workflow_id', 'node_name', 'secrets'],
  ...['_iteration_index', '_is_first', '_is_last'],
  ...['true', 'false', 'none', 'null', 'True', 'False', 'None'],
  // Routes that name a node become edges to it; the port `default` is no route.
  'default',
  ...['and', 'or', 'not', 'in', 'is', 'if', 'else'],
]);

/** Where a name is judged, and to whom problems are told. */
export interface NameCheck {
  readonly source: Source;
  readonly problems: ProblemList;
  readonly path: string;
}

/** Checks the name of a node; false where it has a problem, which was added. */
export function isNodeName(check: NameCheck, entry: TreeEntry): boolean {
  const { key } = entry;
  if (!NODE_NAME.test(key)) {
    const message =
      key.length > 64
        ? 'the node name is longer than 64 characters'
        : `the node name ${JSON.stringify(key)} has characters that are not allowed`;
    return refuse(check, entry, {
      code: 'INVALID_NAME',
      message,
      remedy: 'Use 1 to 64 letters a to z, digits, _ and -.',
    });
  }
  if (!RESERVED.has(key)) return true;
  const message = `no node can be named ${key}: the name has a meaning already`;
  return refuse(check, entry, { code: 'RESERVED_NAME', message, remedy: 'Choose another name.' });
}

/** Checks the name of an input; false where it has a problem, which was added. */
export function isInputName(check: NameCheck, entry: TreeEntry): boolean {
  if (INPUT_NAME.test(entry.key)) return true;
  return refuse(check, entry, {
    code: 'INVALID_NAME',
    message: `the input name ${JSON.stringify(entry.key.slice(0, 64))} is not allowed`,
    remedy: 'Start with a letter; use letters, digits, _ and - up to 64 characters.',
  });
}

/** Checks the name of an output; false where it has a problem, which was added. */
export function isOutputName(check: NameCheck, entry: TreeEntry): boolean {
  const isShown = entry.key.trim() !== '' && !hasHidden(entry.key);
  if (isShown && entry.key.length <= 128) return true;
  return refuse(check, entry, {
    code: 'INVALID_NAME',
    message: `the output name ${JSON.stringify(entry.key.slice(0, 64))} is not allowed`,
    remedy: 'Use 1 to 128 characters that can be seen.',
  });
}

/** True for text with control characters or marks that change how the rest is shown. */
export function hasHidden(text: string): boolean {
  return HIDDEN.test(text);
}

function refuse(
  { source, problems, path }: NameCheck,
  entry: TreeEntry,
  words: { code: 'INVALID_NAME' | 'RESERVED_NAME'; message: string; remedy: string },
): false {
  problems.add({ ...words, place: source.place(entry.keyStart, memberPath(path, entry.key)) });
  return false;
}
