import {
  DISPATCH_LIMITS,
  ENGINE_LIMITS,
  FILE_LIMITS,
  FLOW_TEXT_LIMITS,
  HTTP_LIMITS,
} from '../base/index.ts';
import type { SettingEntry } from './entry.ts';

/**
 * A host, *.domain, address, [IPv6] or CIDR, by shape: it catches a scheme, path or login that
 * slipped in. What an entry means, and whether its address exists, is for guard/egress to say.
 */
const HOST_OR_CIDR =
  /^(?:(?:\*\.)?[^\s/@?#\\[\]*:]+(?::\d{1,5})?|\[[0-9a-f:.]+\](?::\d{1,5})?|[0-9a-f:.]+(?:\/\d{1,3})?)$/i;

/** What flows may do and how they run, with a server and without. */
export const FLOW_SETTINGS = {
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
  EXECUTION_SLOTS: {
    type: 'integer',
    default: DISPATCH_LIMITS.slots,
    min: 0,
    max: DISPATCH_LIMITS.slotsMax,
    unit: 'executions',
    summary:
      'How many executions one server or worker advances at the same time; a server with 0 leaves' +
      ' them all to workers.',
    group: 'Executions',
    aliases: ['MAX_CONCURRENT_EXECUTIONS', 'WORKER_CONCURRENCY'],
    since: '0.2',
  },
  TEMPLATE_UNSAFE: {
    type: 'boolean',
    default: false,
    summary:
      'Lets template nodes ask for the level unsafe: the whole language with a larger budget.' +
      ' Each use is logged as a warning.',
    group: 'Flows',
    since: '0.3',
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
