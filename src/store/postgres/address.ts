import { type SetupPlace, setupError } from './failure.ts';
import { SSL_MODES, type SslMode, type SslSettings } from './tls.ts';

/** A database server as a URL and the settings beside it describe it. */
export interface Address extends SetupPlace {
  readonly user: string;
  /** Absent where the server asks for none, or where ~/.pgpass has it. */
  readonly password?: string;
  readonly ssl: SslSettings;
  readonly channelBinding: boolean;
  readonly applicationName?: string;
}

const PORT = 5_432;
const PARAMETERS = [
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'application_name',
  'channel_binding',
] as const;
type Parameter = (typeof PARAMETERS)[number];

const FORM =
  'Write it as postgresql://user:password@host:5432/database?sslmode=verify-full, with ' +
  'special characters of the password as %40 for @, %2F for / and so on.';

/**
 * Reads a database URL (libpq 32.1.1.2) by a closed list of parameters: one that is misspelt, such
 * as `sslmod`, must not silently give a connection without TLS. Where the URL and the settings ask
 * for different modes the stricter one counts. `name` is the setting that the URL comes from; no
 * message ever shows the URL itself. Errors: STORE_SETUP.
 */
export function readAddress(url: string, name: string, settings: SslSettings = {}): Address {
  const parsed = parse(url, name);
  const parameters = readParameters(parsed, name);
  const { sslrootcert, sslcert, sslkey } = parameters;
  const mode = stricter(readMode(parameters.sslmode, name), settings.mode);
  const applicationName = parameters.application_name;
  const password = decode(parsed.password, name);
  return {
    name,
    host: decode(parsed.hostname, name).replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? PORT : Number(parsed.port),
    user: decode(parsed.username, name),
    database: databaseOf(parsed, name),
    channelBinding: readBinding(parameters.channel_binding, name),
    ssl: {
      ...settings,
      ...(mode === undefined ? {} : { mode }),
      ...(sslrootcert === undefined ? {} : { rootCertFile: sslrootcert }),
      ...(sslcert === undefined ? {} : { certFile: sslcert }),
      ...(sslkey === undefined ? {} : { keyFile: sslkey }),
    },
    ...(password === '' ? {} : { password }),
    ...(applicationName === undefined ? {} : { applicationName }),
  };
}

function parse(url: string, name: string): URL {
  // The error of URL carries its input, so it is not kept as a cause.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPostgres = parsed?.protocol === 'postgres:' || parsed?.protocol === 'postgresql:';
  if (parsed === undefined || !isPostgres || parsed.hostname.includes(',')) {
    throw setupError(`${name} is not the URL of one PostgreSQL server`, FORM);
  }
  for (const [part, value] of [
    ['host', parsed.hostname],
    ['user', parsed.username],
  ]) {
    if (value === '') throw setupError(`${name} names no ${part}`, FORM);
  }
  if (parsed.hash !== '') {
    throw setupError(`${name} contains an unescaped #`, 'Write # in a password as %23.');
  }
  return parsed;
}

function databaseOf(parsed: URL, name: string): string {
  const database = decode(parsed.pathname.slice(1), name);
  if (database === '') throw setupError(`${name} names no database`, FORM);
  return database;
}

function readParameters(parsed: URL, name: string): Partial<Record<Parameter, string>> {
  const found: Partial<Record<Parameter, string>> = {};
  for (const [key, value] of parsed.searchParams) {
    const parameter = PARAMETERS.find((known) => known === key);
    if (parameter === undefined || value === '' || found[parameter] !== undefined) {
      const shown = JSON.stringify(key.slice(0, 40));
      const why = parameter === undefined ? 'is not known' : 'is empty or given twice';
      throw setupError(
        `${name}: the parameter ${shown} ${why}`,
        `Known: ${PARAMETERS.join(', ')}.`,
      );
    }
    found[parameter] = value;
  }
  return found;
}

function readMode(text: string | undefined, name: string): SslMode | undefined {
  if (text === undefined) return undefined;
  const mode = SSL_MODES.find((known) => known === text);
  if (mode !== undefined) return mode;
  const isWeak = text === 'prefer' || text === 'allow';
  throw setupError(
    `${name}: sslmode ${isWeak ? `${text} may leave TLS out unseen` : 'has an unknown value'}`,
    `Choose ${SSL_MODES.join(', ')}.`,
  );
}

function readBinding(text: string | undefined, name: string): boolean {
  if (text === undefined || text === 'disable') return false;
  if (text === 'prefer') return true;
  throw setupError(
    `${name}: this value of channel_binding is not supported`,
    'Remove it and set sslmode=verify-full, which proves who the server is.',
  );
}

function stricter(one: SslMode | undefined, other: SslMode | undefined): SslMode | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return SSL_MODES.indexOf(one) >= SSL_MODES.indexOf(other) ? one : other;
}

function decode(text: string, name: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw setupError(`${name} contains a % that escapes nothing`, 'Write % in a password as %25.');
  }
}
