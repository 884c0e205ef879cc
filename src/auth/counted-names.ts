/**
 * Threat: a stranger types somebody's name and wrong passwords for as long as he likes, so that the
 * owner is never let in (OWASP "Blocking Brute Force Attacks", device cookies; ASVS 5.0 6.3.1). Who
 * comes from a network where the person has been before, or is signed in already, is counted apart
 * from everybody else. All others of a name share one count, whether anybody has it or not.
 */
import { foldName, type SessionId } from '../base/index.ts';
import { sha256Hex } from '../crypto/index.ts';
import { limitedAddress } from '../guard/index.ts';
import type { DirectoryStore } from '../store/index.ts';

/** From where a password is tried. */
export interface TriedFrom {
  readonly address: string;
  /** Of whoever is signed in already. */
  readonly session?: SessionId | undefined;
}

/** Under what the tries of a name count. */
export interface CountedAs {
  readonly own: string;
  /** Of all that nobody knows there; the same as `own` for those. */
  readonly shared: string;
}

/** Asks the store the same whether anybody has the name or not. */
export async function countedAs(
  directory: Pick<DirectoryStore, 'addressesOf'>,
  username: string,
  { address, session }: TriedFrom,
): Promise<CountedAs> {
  const name = foldName(username);
  const shared = sha256Hex(name);
  const network = limitedAddress(address);
  const known = await directory.addressesOf(username);
  if (session !== undefined) return { own: apart(name, `session ${session}`), shared };
  const isKnown = known.some((one) => limitedAddress(one) === network);
  return { own: isKnown ? apart(name, `network ${network}`) : shared, shared };
}

/** No typed name has this form, so that nobody counts there who is not known. */
function apart(name: string, of: string): string {
  return `known:${sha256Hex(JSON.stringify([name, of]))}`;
}
