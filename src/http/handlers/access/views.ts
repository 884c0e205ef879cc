import { ACCESS_LIMITS } from '../../../base/index.ts';
import type {
  AccountRecord,
  InvitationRecord,
  KeyRecord,
  PersonRecord,
  SessionRecord,
} from '../../../store/index.ts';
import { isoTime } from '../flow-view.ts';

/** A time that may be absent. */
function isoOrNothing(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : isoTime(ms);
}

/** A person as the API shows them: named members alone, so that nothing else of a row slips out. */
export function personView(person: PersonRecord) {
  const { id, username, displayName, email, role, isActive } = person;
  return {
    id,
    username,
    displayName,
    email,
    role,
    isActive,
    createdAt: isoTime(person.createdAt),
    updatedAt: isoTime(person.updatedAt),
    lastSignInAt: isoOrNothing(person.lastSignInAt),
  };
}

/** A session as the API shows it; `own` is that of the request. */
export function sessionView(session: SessionRecord, own: string | undefined) {
  const { id, address, agent } = session;
  return {
    id,
    createdAt: isoTime(session.createdAt),
    lastSeenAt: isoTime(session.lastSeenAt),
    expiresAt: isoTime(session.expiresAt),
    address,
    agent,
    isThis: id === own,
  };
}

/** An API key as the API shows it, without itself. */
export function keyView(key: KeyRecord, now: number) {
  const { id, name, prefix, scopes, person, networks, createdBy, createdAt, rotatedAt } = key;
  const { lastUsedAddress, minutesAMonth, concurrentExecutions } = key;
  const ageDays = Math.max(0, Math.floor((now - (rotatedAt ?? createdAt)) / DAY_MS));
  return {
    id,
    name,
    prefix,
    scopes,
    person,
    networks,
    createdBy,
    createdAt: isoTime(createdAt),
    rotatedAt: isoOrNothing(rotatedAt),
    expiresAt: isoOrNothing(key.expiresAt),
    revokedAt: isoOrNothing(key.revokedAt),
    lastUsedAt: isoOrNothing(key.lastUsedAt),
    lastUsedAddress,
    minutesAMonth,
    concurrentExecutions,
    ageDays,
    isDue: key.revokedAt === undefined && ageDays > ACCESS_LIMITS.keyAgeDays,
  };
}

/** One day of 24 hours. */
export const DAY_MS = 24 * 60 * 60_000;

/** An account as the API shows it. */
export function accountView({ id, name, status, createdAt }: AccountRecord) {
  return { id, name, status, createdAt: isoTime(createdAt) };
}

/** An invitation as the API shows it, without its token. */
export function invitationView(invitation: InvitationRecord) {
  const { id, role, email, createdBy, createdAt, expiresAt, usedAt } = invitation;
  return {
    id,
    role,
    email,
    createdBy,
    createdAt: isoTime(createdAt),
    expiresAt: isoTime(expiresAt),
    usedAt: isoOrNothing(usedAt),
  };
}
