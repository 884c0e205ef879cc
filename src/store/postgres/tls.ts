import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { codeOf, setupError } from './failure.ts';

/** What is asked of a connection, from the least to the most. */
export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** As in a URL or in settings; files are PEM. */
export interface SslSettings {
  readonly mode?: SslMode;
  /** Whom to trust; without it the authorities that come with Node. */
  readonly rootCertFile?: string;
  /** What we show the server. The file may hold the key too. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

/**
 * What the driver is told. `require` encrypts and believes any certificate, so it protects from
 * listening and not from a server that pretends to be ours; with a root certificate it checks the
 * chain as `verify-ca` does, which is how libpq reads it. `verify-full` checks the host name too.
 * A server without TLS is refused in every mode but `disable`.
 * Errors: STORE_SETUP for a file that cannot be read, or a certificate without its key.
 */
export async function tlsOptions(
  ssl: SslSettings,
  name: string,
): Promise<false | ConnectionOptions> {
  const { mode = 'disable', rootCertFile, certFile } = ssl;
  if (mode === 'disable') {
    if (rootCertFile === undefined && certFile === undefined) return false;
    throw setupError(
      `${name}: certificates are given, but TLS is off`,
      'Set sslmode to verify-full, verify-ca or require, or remove the certificates.',
    );
  }
  const ca = rootCertFile === undefined ? {} : { ca: await readPem(rootCertFile, name) };
  const identity = await clientIdentity(ssl, name);
  const base = { ...ca, ...identity, minVersion: 'TLSv1.2' as const };
  if (mode === 'verify-full') return { ...base, rejectUnauthorized: true };
  // The chain is checked; whose name the certificate carries is not.
  const chainOnly = { rejectUnauthorized: true, checkServerIdentity: () => undefined };
  if (mode === 'verify-ca' || rootCertFile !== undefined) return { ...base, ...chainOnly };
  return { ...base, rejectUnauthorized: false };
}

async function clientIdentity(
  { certFile, keyFile }: SslSettings,
  name: string,
): Promise<{ readonly cert?: string; readonly key?: string }> {
  if (certFile === undefined && keyFile === undefined) return {};
  if (certFile === undefined) {
    throw setupError(`${name}: sslkey is given without sslcert`, 'Give both.');
  }
  const cert = await readPem(certFile, name);
  const key = keyFile === undefined ? cert : await readPem(keyFile, name);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) return { cert, key };
  throw setupError(
    `${name}: there is no private key for the certificate ${certFile}`,
    'Name the file of the key (sslkey, DATABASE_SSL_KEY), or put it into the same file.',
  );
}

async function readPem(file: string, name: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const why = codeOf(error) ?? 'unknown reason';
    throw setupError(`${name}: ${file} cannot be read (${why})`, 'Check the path and its mode.');
  });
  if (text.includes('-----BEGIN ')) return text;
  throw setupError(`${name}: ${file} is not a PEM file`, 'Convert it to PEM.');
}
