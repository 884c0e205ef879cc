import { AppError } from '../../errors/index.ts';

/** What a person does when the embedded database cannot work here at all. */
export const USE_ANOTHER_DATABASE =
  'Set DATABASE_URL to a PostgreSQL server, such as ' +
  'postgresql://user:password@host:5432/database?sslmode=verify-full.';

/** An error of kind STORE_SETUP: trying again without a change gives the same. */
export function setupError(message: string, remedy: string, cause?: unknown): AppError {
  return new AppError('STORE_SETUP', { message, remedy, cause, retryable: false });
}

/** The code that Node or PostgreSQL gave an error, such as ENOENT or 28P01. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Where a database is, for messages: never with a password. */
export interface SetupPlace {
  /** The setting that says so, such as DATABASE_URL. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** Codes of TLS that say that the server's certificate is not one to believe. */
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_CERT_)/;
/** Why a first connection failed, named by host, port and database, with what to do about it. */
export function connectError(error: unknown, place: SetupPlace): AppError {
  if (error instanceof AppError) return error;
  const { name, host, port, user, database } = place;
  const where = `${name}: ${database} at ${host}:${port}`;
  const code = codeOf(error) ?? '';
  const text = error instanceof Error ? error.message : '';
  if (code === '28P01' || code === '28000') {
    const message = `${where} refuses the user ${user} (${code})`;
    return setupError(message, `Check user and password in ${name}, and pg_hba.conf.`, error);
  }
  if (/SASL|SCRAM/.test(text)) {
    return setupError(`${where} wants a password, and ${name} has none`, 'Add it.', error);
  }
  if (code === '3D000') {
    const remedy = `Create it: create database "${database}"; or correct ${name}.`;
    return setupError(`${where} does not exist`, remedy, error);
  }
  if (code === '42501') {
    return setupError(`${where} does not let ${user} in`, 'Grant it CONNECT.', error);
  }
  if (text.includes('does not support SSL')) {
    const remedy = 'Turn TLS on there, or, in a network that you trust, set sslmode=disable.';
    return setupError(`${where} does not speak TLS, and sslmode asks for it`, remedy, error);
  }
  if (UNTRUSTED.test(code)) {
    const remedy =
      'Give the authority with sslrootcert (DATABASE_SSL_ROOT_CERT), or mend the name.';
    return setupError(`${where} shows a certificate that is refused (${code})`, remedy, error);
  }
  if (/^(?:ERR_SSL|ERR_OSSL|EPROTO)/.test(code)) {
    const remedy = 'Check the client certificate and key, and what TLS the server takes.';
    return setupError(`${where}: TLS failed (${code})`, remedy, error);
  }
  return new AppError('STORE_UNAVAILABLE', {
    message: `${where} does not answer (${code === '' ? shortened(text) : code})`,
    remedy: `Start it, or check host and port in ${name}.`,
    cause: error,
  });
}

const SHOWN = 120;

function shortened(text: string): string {
  return text === '' ? 'unknown reason' : text.slice(0, SHOWN);
}
