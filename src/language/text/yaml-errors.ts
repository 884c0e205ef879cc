import type { ErrorCode as YamlCode } from 'yaml';

interface Explanation {
  readonly message: string;
  readonly remedy: string;
}

/** For a line that stands further right or left than the lines it belongs to. */
export const WRONG_INDENT: Explanation = {
  message: 'the indentation does not fit the lines above',
  remedy: 'Indent the keys of one map by the same number of spaces.',
};

const QUOTES = 'Put the text in quotes, or use a block: key: | and the text below it.';

/**
 * Our words for what the YAML parser finds; its own are about the grammar, not about the remedy.
 */
const YAML_EXPLANATIONS: Partial<Readonly<Record<YamlCode, Explanation>>> = {
  ALIAS_PROPS: { message: 'an alias has an anchor or a tag', remedy: 'Write the alias alone.' },
  BAD_ALIAS: { message: 'the alias or anchor has no proper name', remedy: QUOTES },
  BAD_DIRECTIVE: {
    message: 'a line that starts with % is not a known directive',
    remedy: 'Remove the line, or put the text in quotes.',
  },
  BAD_DQ_ESCAPE: {
    message: 'an escape in double quotes is not known',
    remedy: 'Write \\\\ for a backslash, or use single quotes, where nothing is escaped.',
  },
  BAD_INDENT: WRONG_INDENT,
  BAD_SCALAR_START: {
    message: 'plain text cannot start with this character',
    remedy: QUOTES,
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second "key: value" stands on a line that has one already',
    remedy: `Text that holds ": " needs quotes. ${QUOTES}`,
  },
  BLOCK_IN_FLOW: {
    message: 'a block of lines stands inside [ ] or { }',
    remedy: 'Close the bracket first, or write the list in lines that start with "- ".',
  },
  KEY_OVER_1024_CHARS: {
    message: 'a key is longer than 1,024 characters',
    remedy: 'Shorten it, or put the text in quotes.',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key goes over several lines, or a ":" is missing',
    remedy: 'Write "key: value" on one line; indent the lines of a long text.',
  },
  MULTIPLE_ANCHORS: { message: 'a value has two anchors', remedy: 'Keep one of them.' },
  MULTIPLE_TAGS: { message: 'a value has two tags', remedy: 'Remove them.' },
  TAB_AS_INDENT: { message: 'a tab is used to indent', remedy: 'Indent with spaces.' },
};

// Where one code covers several mistakes, the first words of the parser's message tell them apart
// (yaml 2.9.1, compose/).
const BY_MESSAGE: readonly (readonly [RegExp, Explanation])[] = [
  [
    /^Missing closing ['"]quote/,
    { message: 'a quote is not closed', remedy: 'Close the quote on the line where it opens.' },
  ],
  [
    /^Flow (?:map|sequence) in block collection/,
    {
      message: 'a bracket above is not closed',
      remedy: 'Close it, or indent what belongs inside.',
    },
  ],
  [
    /^Unexpected scalar at node end/,
    {
      message: 'text stands behind a value that has ended',
      remedy: "Put the whole value in double quotes; inside single quotes write '' for one.",
    },
  ],
  [
    /^Unexpected block-seq-ind on same line with key/,
    {
      message: 'a list starts on the line of its key',
      remedy: 'Start it on the next line, or write [a, b].',
    },
  ],
  [
    /^Unexpected flow-(?:map|seq)-end token/,
    { message: 'a closing bracket closes nothing', remedy: 'Remove it, or open it first.' },
  ],
];

/** Our words for an error of the parser; undefined where its own must do. */
export function explanationOf(error: {
  readonly code: YamlCode;
  readonly message: string;
}): Explanation | undefined {
  const found = BY_MESSAGE.find(([pattern]) => pattern.test(error.message));
  return found?.[1] ?? YAML_EXPLANATIONS[error.code];
}

/** For a text whose end comes where something is still open. */
export const CUT_SHORT: Explanation = {
  message: 'the text ends while a bracket or quote is open',
  remedy: 'Close the bracket or quote.',
};

/** What the parser says for codes that cover many cases, as a sentence in our style. */
export function plainSentence(message: string): string {
  const first = message.split('\n', 1)[0] ?? '';
  const line = first.endsWith('.') ? first.slice(0, -1) : first;
  return line.charAt(0).toLowerCase() + line.slice(1, 160);
}

/**
 * A remedy for the mistake that flows make most: a template that starts a plain value, which YAML
 * reads as a map. Undefined where the line holds none.
 */
export function unquotedTemplateRemedy(line: string): string | undefined {
  const isBare = /(^|[:,[-])\s*\{[{%]/.test(line);
  return isBare ? 'Put the whole value in quotes: "{{ ... }}".' : undefined;
}
