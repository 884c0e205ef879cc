import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { AppError } from '../errors/index.ts';
import { type AllowList, plainHost, type Target } from './egress-allow.ts';
import { judgeAddress, judgePort, refused } from './egress-judge.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of a host name; rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** The system's own resolver, the hosts file included. */
export const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

const CONNECT_MS = 10_000;
const ADDRESSES_MAX = 64;

/**
 * The only way to a socket. A name is resolved once; one refused address refuses the name, since an
 * attacker may mix good and bad ones; the socket is opened to exactly those addresses, so an answer
 * that changes between check and use (DNS rebinding) changes nothing; and the peer is judged again.
 *
 * A literal address never reaches a `lookup` hook in Node, so it is judged here. `signal` ends
 * dials that are under way.
 */
export function guardedConnector(
  allow: AllowList,
  resolve: Resolve,
  signal: AbortSignal,
): buildConnector.connector {
  return (options, callback) => {
    const target = targetOf(options);
    judgedAddresses(target, allow, resolve).then(
      (addresses) => {
        const dial = buildConnector({
          lookup: pinnedLookup(addresses),
          rejectUnauthorized: true,
          timeout: CONNECT_MS,
          signal,
        });
        dial(options, (error, socket) => {
          if (error !== null) {
            callback(error, null);
            return;
          }
          const peer = socket.remoteAddress ?? '';
          const problem = judgeAddress(peer, allow, target);
          if (problem === undefined) {
            callback(null, socket);
            return;
          }
          socket.destroy();
          callback(refused(target, `${target.host} answered from ${peer}, which ${problem}`), null);
        });
      },
      (error: Error) => callback(error, null),
    );
  };
}

function targetOf(options: buildConnector.Options): Target {
  const port = options.port === '' ? (options.protocol === 'https:' ? 443 : 80) : options.port;
  return { host: plainHost(options.hostname), port: Number(port) };
}

/**
 * The addresses that may be dialled for a target, all of them judged. Errors: EGRESS_REFUSED where
 * one is not allowed, HTTP_FAILED where the name has none.
 */
export async function judgedAddresses(
  target: Target,
  allow: AllowList,
  resolve: Resolve,
): Promise<readonly ResolvedAddress[]> {
  judgePort(target, allow);
  const addresses = await addressesOf(target.host, resolve);
  for (const { address } of addresses) {
    const problem = judgeAddress(address, allow, target);
    if (problem === undefined) continue;
    const subject = address === target.host ? address : `${target.host} is ${address}, which`;
    throw refused(target, `${subject} ${problem}`);
  }
  return addresses;
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
  let found: readonly ResolvedAddress[];
  try {
    found = await resolve(host);
  } catch (cause) {
    throw unresolved(host, cause);
  }
  if (found.length === 0) throw unresolved(host, undefined);
  return found.slice(0, ADDRESSES_MAX);
}

function unresolved(host: string, cause: unknown): AppError {
  return new AppError('HTTP_FAILED', {
    message: `the host name ${host} has no address`,
    remedy: 'Check the spelling of the host, and the name server.',
    cause,
  });
}

/** A lookup that knows one answer. Node asks for all addresses or for one, by family or not. */
function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const wanted = options.family === 4 || options.family === 6 ? options.family : undefined;
    const fitting = addresses.filter(({ family }) => wanted === undefined || family === wanted);
    const first = fitting[0];
    if (first === undefined) callback(new Error('no address of this family'), '', 0);
    else if (options.all === true) callback(null, [...fitting]);
    else callback(null, first.address, first.family);
  };
}
