import { POSTGRES_LIMITS } from '../base/index.ts';
import type { Form, SettingEntry } from './entry.ts';

const PATH: Form = { form: /^[^\0]+$/, words: 'the path of a file' };

/** Which PostgreSQL, and how to connect to it. */
export const DATABASE_SETTINGS = {
  DATABASE_URL: {
    type: 'url',
    default: '',
    schemes: ['postgresql', 'postgres'],
    summary:
      'A PostgreSQL of yours, as postgresql://user:password@host:5432/name?sslmode=require; without' +
      ' it the server runs one of its own in DATA_DIR.',
    note:
      'SeriesOfTubes, the Agentic Workflow Engine and the FFmpeg API also took SQLite here; only' +
      ' PostgreSQL is possible. A driver such as postgresql+asyncpg:// is left out when it is read.',
    group: 'Database',
    aliases: ['ROUNDTABLE_DATABASE_URL'],
    since: '0.2',
  },
  DATABASE_MIGRATION_URL: {
    type: 'url',
    default: '',
    schemes: ['postgresql', 'postgres'],
    summary: 'The same database as a user who may change tables; then DATABASE_URL need not.',
    group: 'Database',
    since: '0.2',
  },
  DATABASE_READ_URL: {
    type: 'url',
    default: '',
    schemes: ['postgresql', 'postgres'],
    summary: 'The same database as a user who may only read, or a replica; used for lists.',
    group: 'Database',
    since: '0.2',
  },
  DATABASE_PASSWORD_SET_ON: {
    type: 'text',
    default: '',
    form: {
      form: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
      words: 'a day as 2026-11-21',
    },
    summary:
      'The day on which the password in DATABASE_URL was last changed; after 180 days' +
      ' `sluice doctor` and `sluice config check` remind of it.',
    group: 'Database',
    since: '0.4',
  },
  DATABASE_POOL_SIZE: {
    type: 'integer',
    default: POSTGRES_LIMITS.poolSize,
    min: 2,
    max: POSTGRES_LIMITS.poolSizeMax,
    unit: 'connections',
    summary: 'How many connections one process opens at most.',
    note:
      'PostgreSQL allows 100 in all unless told otherwise, the one that the server runs itself 200.' +
      ' What Crucible opened beyond its pool (DB_MAX_OVERFLOW) does not exist here.',
    group: 'Database',
    aliases: ['ROUNDTABLE_DB_POOL_SIZE'],
    since: '0.2',
  },
  DATABASE_CONNECT_TIMEOUT: {
    type: 'duration',
    default: POSTGRES_LIMITS.connectMs,
    min: 100,
    max: 120_000,
    summary: 'How long a connection to the database may take to open.',
    group: 'Database',
    since: '0.2',
  },
  DATABASE_STATEMENT_TIMEOUT: {
    type: 'duration',
    default: POSTGRES_LIMITS.statementMs,
    min: 1_000,
    max: 600_000,
    summary: 'How long one statement may take; the database cancels a longer one.',
    group: 'Database',
    since: '0.2',
  },
  DATABASE_SSL_MODE: {
    type: 'choice',
    choices: ['as-in-url', 'disable', 'require', 'verify-ca', 'verify-full'],
    default: 'as-in-url',
    summary:
      'TLS to the database: require encrypts, verify-full also checks who answers; as-in-url leaves' +
      ' it to the sslmode of DATABASE_URL.',
    note: 'FlowRunner had it off unless told otherwise.',
    group: 'Database',
    aliases: ['FLOWRUNNER_POSTGRES_SSL_MODE'],
    since: '0.2',
  },
  DATABASE_SSL_CERT: {
    type: 'text',
    default: '',
    form: PATH,
    summary: 'A file with the client certificate that the database asks for (PEM).',
    group: 'Database',
    aliases: ['FLOWRUNNER_POSTGRES_SSL_CERT'],
    since: '0.2',
  },
  DATABASE_SSL_KEY: {
    type: 'text',
    default: '',
    form: PATH,
    summary: 'A file with the key of that certificate (PEM).',
    group: 'Database',
    aliases: ['FLOWRUNNER_POSTGRES_SSL_KEY'],
    since: '0.2',
  },
  DATABASE_SSL_ROOT_CERT: {
    type: 'text',
    default: '',
    form: PATH,
    summary: 'A file with the authority that signed the certificate of the database (PEM).',
    group: 'Database',
    aliases: ['FLOWRUNNER_POSTGRES_SSL_ROOT_CERT'],
    since: '0.2',
  },
} as const satisfies Readonly<Record<string, SettingEntry>>;
