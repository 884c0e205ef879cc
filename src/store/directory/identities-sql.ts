import type { Statement } from './ask.ts';

/**
 * The account, and what a person is and may be. `p` is the person, `a` the account, `r` the role of
 * the account that the person has; columns are named apart from those of keys and sessions.
 */
const PERSON = `a.status = 'active' AS is_account_active,
  p.id AS p_id, p.username AS p_username, p.display_name AS p_display_name, p.email AS p_email,
  p.role AS p_role, p.is_active AS p_is_active, p.created_at AS p_created_at,
  p.updated_at AS p_updated_at, p.last_sign_in_at AS p_last_sign_in_at,
  p.password_changed_at AS p_password_changed_at,
  r.permissions AS role_permissions`;

const ROLE = `LEFT JOIN sluice.roles AS r ON r.account_id = p.account_id AND r.name = p.role`;

const KEY = `k.id, k.name, k.prefix, k.scopes, k.person_id, k.networks, k.minutes_a_month,
  k.concurrent_executions, k.created_by, k.created_at, k.rotated_at, k.expires_at, k.revoked_at,
  k.last_used_at, k.last_used_address`;

const KEY_PERSON = `JOIN sluice.accounts AS a ON a.id = k.account_id
  LEFT JOIN sluice.people AS p ON p.account_id = k.account_id AND p.id = k.person_id`;

/**
 * $1: hashes; $2: the time, for the grace of former ones. Each hash stands in its own index, so the
 * two are asked apart.
 */
export const KEYS_BY_HASH: Statement = {
  name: 'keys-by-hash',
  text: `
    WITH found AS (
      SELECT hash AS asked, false AS is_former, account_id, id
      FROM sluice.api_keys WHERE hash = ANY ($1::text[])
      UNION ALL
      SELECT former_hash, true, account_id, id
      FROM sluice.api_keys WHERE former_hash = ANY ($1::text[]) AND former_until > coalesce(
        $2::bigint, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)
    )
    SELECT found.asked, found.is_former, k.account_id, ${KEY}, ${PERSON}
    FROM found JOIN sluice.api_keys AS k ON k.account_id = found.account_id AND k.id = found.id
    ${KEY_PERSON} ${ROLE}`,
};

/** $1: accounts, $2: ids, in pairs. */
export const KEYS_BY_ID: Statement = {
  name: 'keys-by-id',
  text: `
    SELECT false AS is_former, k.account_id, ${KEY}, ${PERSON}
    FROM unnest($1::text[], $2::uuid[]) AS asked (account_id, id)
    JOIN sluice.api_keys AS k ON k.account_id = asked.account_id AND k.id = asked.id
    ${KEY_PERSON} ${ROLE}`,
};

/** $1: accounts, $2: ids, in pairs. */
export const SESSIONS_BY_ID: Statement = {
  name: 'sessions-by-id',
  text: `
    SELECT s.account_id, s.id, s.person_id, s.created_at, s.refreshed_at, s.last_seen_at,
      s.expires_at, s.address, s.agent, s.ended_at, ${PERSON}
    FROM unnest($1::text[], $2::uuid[]) AS asked (account_id, id)
    JOIN sluice.sessions AS s ON s.account_id = asked.account_id AND s.id = asked.id
    JOIN sluice.accounts AS a ON a.id = s.account_id
    JOIN sluice.people AS p ON p.account_id = s.account_id AND p.id = s.person_id
    ${ROLE}`,
};

/** $1: accounts, $2: ids, in pairs. */
export const PEOPLE_BY_ID: Statement = {
  name: 'people-by-id',
  text: `
    SELECT p.account_id, p.id, ${PERSON}
    FROM unnest($1::text[], $2::uuid[]) AS asked (account_id, id)
    JOIN sluice.people AS p ON p.account_id = asked.account_id AND p.id = asked.id
    JOIN sluice.accounts AS a ON a.id = p.account_id
    ${ROLE}`,
};

/** $1: the folded name. */
export const PERSON_BY_NAME: Statement = {
  name: 'person-by-name',
  text: `
    SELECT p.account_id, p.password_hash, ${PERSON}
    FROM sluice.people AS p JOIN sluice.accounts AS a ON a.id = p.account_id ${ROLE}
    WHERE p.username_folded = $1`,
};

/** $1: the hash of a token, $2: the time. */
export const PERSON_BY_RESET: Statement = {
  name: 'person-by-reset',
  text: `
    SELECT p.account_id, p.password_hash, t.created_by, ${PERSON}
    FROM sluice.reset_tokens AS t
    JOIN sluice.people AS p ON p.account_id = t.account_id AND p.id = t.person_id
    JOIN sluice.accounts AS a ON a.id = p.account_id ${ROLE}
    WHERE t.token_hash = $1 AND t.expires_at > $2::bigint`,
};
