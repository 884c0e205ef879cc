import {
  CODE_LIMITS,
  ENGINE_LIMITS,
  FILE_LIMITS,
  FLOW_TEXT_LIMITS,
  HTTP_LIMITS,
} from '../base/index.ts';

/**
 * Every setting, declared once: from this table come the type `Settings`, the loader,
 * `.env.example` and docs/reference/settings.md. Longer than a file should be because it is a
 * table.
 */

interface EntryBase {
  /** One sentence for the reference page and `.env.example`. */
  readonly summary: string;
  readonly group: SettingGroup;
  /** Names under which other systems know the setting; read from the environment and `.env`. */
  readonly aliases?: readonly string[];
  /** Where system 1's `.tubes.yaml` keeps it, such as `http.timeout`. */
  readonly tubesKey?: string;
  /** The first version that reads it. */
  readonly since: string;
}

export interface TextEntry extends EntryBase {
  /** The value of a `secret` is shown nowhere: in no message, page or log. */
  readonly type: 'text' | 'secret';
  readonly default: string;
}
/** `integer` counts; `size` is bytes, also `512 KiB`; `duration` is milliseconds, written `30s`. */
export interface NumberEntry extends EntryBase {
  readonly type: 'integer' | 'size' | 'duration';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What an integer counts, for the reference page. */
  readonly unit?: string;
}
export interface BooleanEntry extends EntryBase {
  readonly type: 'boolean';
  readonly default: boolean;
}
export interface ChoiceEntry extends EntryBase {
  readonly type: 'choice';
  readonly choices: readonly string[];
  /** Other spellings in lower case, each with the choice it means. */
  readonly spellings?: Readonly<Record<string, string>>;
  readonly default: string;
}
/** Commas between the items, or a JSON array, which may be empty. */
export interface ListEntry extends EntryBase {
  readonly type: 'list';
  readonly default: readonly string[];
  /** The form of one item, and that form in words. */
  readonly item: { readonly form: RegExp; readonly words: string };
}

export type SettingEntry = TextEntry | NumberEntry | BooleanEntry | ChoiceEntry | ListEntry;

export type SettingGroup = 'Flows' | 'Executions' | 'Code' | 'Network' | 'Files' | 'Log';

/**
 * A host, *.domain, address, [IPv6] or CIDR, by shape: it catches a scheme, path or login that
 * slipped in. What an entry means, and whether its address exists, is for guard/egress to say.
 */
const HOST_OR_CIDR =
  /^(?:(?:\*\.)?[^\s/@?#\\[\]*:]+(?::\d{1,5})?|\[[0-9a-f:.]+\](?::\d{1,5})?|[0-9a-f:.]+(?:\/\d{1,3})?)$/i;

export const SETTINGS = {
  MAX_YAML_SIZE: {
    type: 'size',
    default: FLOW_TEXT_LIMITS.textBytes,
    min: 1024,
    max: 64 * 1024 * 1024,
    summary: 'The largest text of one flow.',
    group: 'Flows',
    aliases: ['FLOWRUNNER_MAX_YAML_SIZE'],
    since: '0.1',
  },
  EXECUTION_TIMEOUT: {
    type: 'duration',
    default: ENGINE_LIMITS.executionMs,
    min: 1_000,
    max: ENGINE_LIMITS.executionMsMax,
    summary:
      'How long one execution may take; the timeout in the limits of a flow can only lower it.',
    group: 'Executions',
    tubesKey: 'execution.max_duration',
    since: '0.1',
  },
  EXECUTION_CONCURRENCY: {
    type: 'integer',
    default: ENGINE_LIMITS.concurrency,
    min: 1,
    max: ENGINE_LIMITS.concurrencyMax,
    unit: 'visits',
    summary: 'How many nodes of one execution run at the same time.',
    group: 'Executions',
    tubesKey: 'execution.parallel_limit',
    since: '0.1',
  },
  JS_EXECUTION_TIMEOUT: {
    type: 'duration',
    default: CODE_LIMITS.timeoutMs,
    min: 10,
    max: CODE_LIMITS.timeoutMsMax,
    summary: 'How long the code of a javascript node may take when the node sets no timeout.',
    group: 'Code',
    aliases: ['FLOWRUNNER_JS_EXECUTION_TIMEOUT'],
    since: '0.1',
  },
  HTTP_TIMEOUT: {
    type: 'duration',
    default: HTTP_LIMITS.timeoutMs,
    min: 100,
    max: HTTP_LIMITS.timeoutMsMax,
    summary: 'How long an http node waits for its answer when the node sets no timeout.',
    group: 'Network',
    tubesKey: 'http.timeout',
    since: '0.1',
  },
  EGRESS_ALLOW: {
    type: 'list',
    default: [],
    item: {
      form: HOST_OR_CIDR,
      words: 'a host, host:port, *.domain or CIDR such as 10.0.0.0/8, without scheme and path',
    },
    summary: 'Private hosts and networks that flows may reach; public addresses need no entry.',
    group: 'Network',
    since: '0.1',
  },
  FILE_SECURITY_ALLOWED_DIRS: {
    type: 'list',
    default: [],
    item: { form: /^[^\0]+$/, words: 'a folder' },
    summary: 'Folders besides the workspace whose files flows may use.',
    group: 'Files',
    since: '0.1',
  },
  FILE_SECURITY_DENIED_PATTERNS: {
    type: 'list',
    default: [
      '*.key',
      '*.pem',
      '*.env',
      '.env*',
      '*.secret',
      '*password*',
      '*token*',
      '*credential*',
    ],
    item: { form: /^[^\0]+$/, words: 'a file name pattern such as *.key' },
    summary: 'Files that no flow may use, by name; * is any text, letter case does not count.',
    group: 'Files',
    since: '0.1',
  },
  FILE_SECURITY_MAX_SIZE_MB: {
    type: 'integer',
    default: FILE_LIMITS.fileBytes / (1024 * 1024),
    min: 1,
    max: 10_240,
    unit: 'MB',
    summary: 'The largest file that a flow may read or write.',
    group: 'Files',
    since: '0.1',
  },
  LOG_LEVEL: {
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error'],
    spellings: { warning: 'warn', critical: 'error' },
    default: 'info',
    summary: 'The least important lines that are written.',
    group: 'Log',
    since: '0.1',
  },
} as const satisfies Readonly<Record<string, SettingEntry>>;

export type SettingName = keyof typeof SETTINGS;

type SettingValue<E extends SettingEntry> = E extends { choices: readonly (infer Choice)[] }
  ? Choice
  : E extends ListEntry
    ? readonly string[]
    : E extends BooleanEntry
      ? boolean
      : E extends NumberEntry
        ? number
        : string;

/** All settings by name: sizes in bytes, durations in milliseconds. */
export type Settings = {
  readonly [Name in SettingName]: SettingValue<(typeof SETTINGS)[Name]>;
};

/**
 * Keys that system 1's `.tubes.yaml` may hold and that nothing here uses yet; a section alone
 * stands for all of its keys.
 */
export const UNUSED_TUBES_KEYS: readonly string[] = [
  'llm',
  'cache',
  'http.retry_attempts',
  'http.user_agent',
  'execution.save_intermediate',
];
