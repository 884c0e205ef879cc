import type { DirectoryStore } from '../directory-store.ts';
import { asking, type DirectoryOptions } from './ask.ts';
import { askIdentities } from './identities.ts';
import { noteKeyUse, noteSessionsSeen } from './notes.ts';
import { invitationFacts, resetFacts, useInvitation, useReset } from './one-time.ts';
import { addressesOf, clearFailures, failures, noteFailure, signInFacts } from './sign-in.ts';
import { useLink, useTicket } from './tokens.ts';

/** From a name, a key or a token to an account; see DirectoryStore. */
export function openDirectory(options: DirectoryOptions): DirectoryStore {
  const ask = asking(options);
  const { scopeOf } = options;
  return {
    identities: (questions, now) => askIdentities(ask, questions, now),
    signIn: (username) => signInFacts(ask, username),
    addressesOf: (username) => addressesOf(ask, username),
    invitationFacts: (tokenHash, now) => invitationFacts(ask, tokenHash, now),
    useInvitation: (tokenHash, person, audit) =>
      useInvitation({ ask, scopeOf, tokenHash }, person, audit),
    resetFacts: (tokenHash, now) => resetFacts(ask, tokenHash, now),
    useReset: (tokenHash, change, audit) => useReset({ ask, scopeOf, tokenHash }, change, audit),
    useLink: (tokenHash, now) => useLink(ask, tokenHash, now),
    useTicket: (tokenHash, now) => useTicket(ask, tokenHash, now),
    noteKeyUse: (uses) => noteKeyUse(ask, uses),
    noteSessionsSeen: (seen) => noteSessionsSeen(ask, seen),
    failures: (nameHash) => failures(ask, nameHash),
    noteFailure: (nameHash, at, forgetBefore) => noteFailure(ask, nameHash, { at, forgetBefore }),
    clearFailures: (nameHash) => clearFailures(ask, nameHash),
  };
}
