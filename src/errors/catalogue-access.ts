import { type ErrorEntry, failed, refused } from './error-entry.ts';

/** People, sessions, keys, grants and limits: a part of the catalogue. */
export const ACCESS_ERRORS = {
  SIGN_IN_REFUSED: refused(
    'Name or password is wrong',
    'Try again; after several failures wait a little. An admin can reset the password.',
    401,
  ),
  SESSION_OVER: refused('The session is over', 'Sign in again.', 401),
  SESSION_NOT_FOUND: refused('There is no such session', 'List the sessions.', 404),
  CSRF_REFUSED: refused(
    'A page of another origin may have sent this',
    'Send the csrfToken of the sign-in as the header X-CSRF-Token.',
    403,
  ),
  RATE_LIMITED: refused('Too many requests', 'Wait as long as Retry-After says.', 429),
  LIMITER_UNAVAILABLE: failed(
    'Requests cannot be counted now, so this one is not served',
    'Try again in a moment.',
    503,
  ),
  ADDRESS_REFUSED: refused(
    'Requests from this address are not taken',
    'Have the operator add it to IP_WHITELIST.',
    403,
  ),
  HTTPS_REQUIRED: refused(
    'This must be sent by HTTPS',
    'Use https://. What was sent in clear text, such as a key, should be replaced.',
    403,
  ),
  NOT_A_PERSON: refused('This is for people who signed in', 'Sign in with name and password.', 403),
  PASSWORD_WRONG: refused('The current password is wrong', 'Type it again.', 403),
  PASSWORD_WEAK: refused(
    'The password is too easy to guess, too short or too long',
    'Take 8 to 72 bytes: a few unusual words, without your name.',
    422,
  ),
  PASSWORDS_BUSY: refused('Too many sign-ins at once', 'Try again in a moment.', 503),
  SIGN_UP_CLOSED: refused('Nobody can sign up here', 'Ask an admin for an invitation.', 403),
  TOKEN_INVALID: refused('The one-time token is not good, or not any more', 'Ask for a new one.'),
  USERNAME_TAKEN: refused('The name is taken', 'Choose another one.', 409),
  PERSON_NOT_FOUND: refused('There is no such person', 'List the people of the account.', 404),
  INVITATION_NOT_FOUND: refused('There is no such invitation', 'List the invitations.', 404),
  LAST_ADMIN: refused('The account would have no admin', 'Make somebody else an admin first.', 409),
  ROLE_NOT_FOUND: refused('There is no such role', 'List the roles of the account.', 404),
  ROLE_FIXED: refused('The built-in roles do not change', 'Make a role of another name.', 409),
  ROLE_IN_USE: refused('Somebody has this role', 'Give them another one first.', 409),
  ROLE_TOO_HIGH: refused(
    'A role can only be given by whoever may do all that it allows',
    'Ask somebody who holds it.',
    403,
  ),
  SCOPE_TOO_HIGH: refused(
    'A key can only be given what its maker may do',
    'Leave out the scopes shown.',
    403,
  ),
  GRANT_TOO_HIGH: refused(
    'A flow can only be given what its author may grant',
    'Take the grants shown out of the flow, or ask somebody who holds them to save it.',
    403,
  ),
  GRANT_WIDER: refused(
    'A version of a flow may do more than the one before',
    'Nothing, where that is meant.',
  ),
  GRANT_MISSING: refused(
    'The flow uses something that its grants do not name',
    'Add it to grants, or take it out of the node.',
  ),
  KEY_NOT_FOUND: refused('There is no such key', 'List the keys.', 404),
  KEY_REVOKED: refused('The key was revoked', 'Make a new one.', 409),
  KEY_EXHAUSTED: refused(
    'The key has used up what it may run',
    'Wait until executions end or the month does, or have its limits raised.',
    429,
  ),
  LIMIT_REACHED: refused('There are as many as may be', 'Remove one first.', 409),
  LINK_NOT_FOUND: refused('The link is not good, or not any more', 'Ask for a new one.', 404),
  ACCOUNT_NOT_FOUND: refused('There is no such account', 'List the accounts.', 404),
  ACCOUNT_TAKEN: refused('The account id is taken', 'Choose another one.', 409),
  ACCOUNT_FIXED: refused('The account of the server stays', 'Nothing: it cannot be removed.', 409),
  AUDIT_BROKEN: failed(
    'The audit record was changed',
    'Keep the database as it is and look at the record named; see docs/audit.md.',
  ),
} as const satisfies Record<string, ErrorEntry>;
