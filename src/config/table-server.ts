import { SERVER_LIMITS } from '../base/index.ts';
import type { SettingEntry } from './entry.ts';

/** An address or host name as one listens on it: no scheme, port or path. */
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?|(?=[^:]*:)[0-9a-fA-F:.]+)$/;

/** A key travels in a header and stands in a list, so neither blank nor comma. */
const KEY = /^[\x21-\x2b\x2d-\x7e]+$/;

/** Where the server listens, and the secrets it cannot do without. */
export const SERVER_SETTINGS = {
  SLUICE_ENV: {
    type: 'choice',
    choices: ['development', 'production'],
    spellings: {
      dev: 'development',
      local: 'development',
      test: 'development',
      ci: 'development',
      prod: 'production',
      live: 'production',
      staging: 'production',
    },
    default: 'development',
    summary:
      'With production, the server refuses to start on a connection that others could listen to.',
    group: 'Server',
    aliases: ['NODE_ENV'],
    since: '0.2',
  },
  HOST: {
    type: 'text',
    default: '127.0.0.1',
    form: { form: HOST, words: 'an address or a host name, without scheme and port' },
    summary: 'The address to listen on; 0.0.0.0 or :: is every network of this machine.',
    note: 'Some shells and conda set HOST for themselves; SLUICE_HOST is read before it.',
    group: 'Server',
    aliases: ['API_HOST', 'FLOWRUNNER_SERVER_HOST'],
    since: '0.2',
  },
  PORT: {
    type: 'integer',
    default: 8000,
    min: 0,
    max: 65_535,
    summary: 'The port to listen on; 0 takes a free one.',
    note: 'FlowRunner listened on 8080 unless told otherwise.',
    group: 'Server',
    aliases: ['API_PORT', 'FLOWRUNNER_SERVER_PORT'],
    since: '0.2',
  },
  BASE_URL: {
    type: 'url',
    default: '',
    schemes: ['https', 'http'],
    summary: 'The address under which people reach the server, where that is not HOST and PORT.',
    group: 'Server',
    aliases: ['SERIESOFTUBES_API_URL'],
    since: '0.2',
  },
  DATA_DIR: {
    type: 'text',
    default: './data',
    form: { form: /^[^\0]+$/, words: 'a folder' },
    summary: 'The folder for all that the server keeps: its database and large values.',
    group: 'Server',
    since: '0.2',
  },
  MAX_REQUEST_SIZE: {
    type: 'size',
    default: SERVER_LIMITS.requestBytes,
    min: 1024,
    max: 256 * 1024 * 1024,
    summary: 'The largest body of one request.',
    group: 'Server',
    since: '0.2',
  },
  JWT_SECRET_KEY: {
    type: 'secret',
    default: '',
    summary: 'Signs access tokens. Required: at least 32 random characters.',
    group: 'Secrets',
    aliases: ['JWT_SECRET', 'SECRET_KEY', 'ROUNDTABLE_JWT_SECRET', 'FLOWRUNNER_JWT_SECRET'],
    since: '0.2',
  },
  JWT_REFRESH_SECRET_KEY: {
    type: 'secret',
    default: '',
    summary: 'Signs refresh tokens. Required: at least 32 random characters, a secret of its own.',
    group: 'Secrets',
    aliases: ['JWT_REFRESH_SECRET', 'REFRESH_TOKEN_SECRET_KEY', 'ROUNDTABLE_JWT_REFRESH_SECRET'],
    since: '0.2',
  },
  ENCRYPTION_KEY: {
    type: 'secret',
    default: '',
    summary: 'Encrypts what the server keeps secret. Required: 32 random bytes, as hex or base64.',
    note:
      'Keep a copy in a safe place: without it, stored secrets are lost. Crucible took any text of' +
      ' 32 characters, FlowRunner 32 characters as they are; here it is 64 hex digits or base64.',
    group: 'Secrets',
    aliases: ['FLOWRUNNER_ENCRYPTION_KEY', 'API_KEY_ENCRYPTION_KEY'],
    since: '0.2',
  },
  ADMIN_API_KEYS: {
    type: 'secrets',
    default: [],
    item: { form: KEY, words: 'a key of visible ASCII characters without comma' },
    summary:
      'API keys that may do everything. Required: one or more, each 32 characters or longer.',
    group: 'Secrets',
    since: '0.2',
  },
  REDIS_URL: {
    type: 'url',
    default: '',
    schemes: ['redis', 'rediss'],
    summary: 'A Redis for what several servers share, with its password.',
    note: 'Checked from now on; the first to use it will be the rate limits.',
    group: 'Server',
    aliases: ['ROUNDTABLE_REDIS_URL'],
    since: '0.2',
  },
} as const satisfies Readonly<Record<string, SettingEntry>>;
