import { CODE_LIMITS, PYTHON_LIMITS } from '../base/index.ts';
import type { SettingEntry } from './entry.ts';

/** What the code of javascript and python nodes may do, and how it is held. */
export const CODE_SETTINGS = {
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
  PYTHON_EXECUTION_TIMEOUT: {
    type: 'duration',
    default: PYTHON_LIMITS.timeoutMs,
    min: PYTHON_LIMITS.timeoutMsMin,
    max: PYTHON_LIMITS.timeoutMsMax,
    summary: 'How long the code of a python node may take when the node sets no timeout.',
    group: 'Code',
    since: '0.3',
  },
  PYTHON_SECURITY_LEVEL: {
    type: 'choice',
    choices: ['strict', 'normal', 'trusted'],
    default: 'normal',
    summary: 'How much the code of a python node may do when the node sets no security_level.',
    group: 'Code',
    since: '0.3',
  },
  PYTHON_SECURITY_LEVEL_MAX: {
    type: 'choice',
    choices: ['strict', 'normal', 'trusted'],
    default: 'trusted',
    summary: 'The highest level that a python node may ask for.',
    group: 'Code',
    since: '0.3',
  },
  PYTHON_INTERPRETER: {
    type: 'text',
    default: '',
    form: { form: /^(?:\/[^\0]*)?$/, words: 'an absolute path' },
    summary:
      'The Python 3.10 or later that python nodes run under; empty takes /usr/bin/python3 or' +
      ' /usr/local/bin/python3.',
    group: 'Code',
    since: '0.3',
  },
  CODE_JAIL: {
    type: 'choice',
    choices: ['auto', 'required'],
    default: 'auto',
    summary:
      'With required, the server refuses to start where code cannot be put into a jail; with auto,' +
      ' JavaScript then runs in a process of its own without one, and Python is refused. A jail that' +
      ' fails its self-test refuses code with either.',
    group: 'Code',
    since: '0.3',
  },
  CODE_WORKERS: {
    type: 'integer',
    default: CODE_LIMITS.workers,
    min: 1,
    max: CODE_LIMITS.workersMax,
    unit: 'processes',
    summary: 'How many processes of one language run code at the same time.',
    group: 'Code',
    since: '0.3',
  },
  CODE_MEMORY_SIZE: {
    type: 'size',
    default: PYTHON_LIMITS.memoryBytesAllowed,
    min: PYTHON_LIMITS.memoryBytesMin,
    max: PYTHON_LIMITS.memoryBytesMax,
    summary: 'The most memory that the code of a python node may ask for with memory_limit.',
    group: 'Code',
    since: '0.3',
  },
  CODE_OUTPUT_SIZE: {
    type: 'size',
    default: PYTHON_LIMITS.outputBytes,
    min: PYTHON_LIMITS.outputBytesMin,
    max: PYTHON_LIMITS.outputBytesMax,
    summary: 'The largest result of a python node; max_output_size of a node can only lower it.',
    group: 'Code',
    since: '0.3',
  },
} as const satisfies Readonly<Record<string, SettingEntry>>;
