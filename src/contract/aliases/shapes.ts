import type { AliasAnswer } from './alias.ts';

/** Tokens as OAuth 2 names them (RFC 6749, 5.1). */
export function oauthTokens(answer: AliasAnswer) {
  return {
    access_token: answer.accessToken,
    token_type: 'bearer',
    expires_in: answer.expiresIn,
    refresh_token: answer.refreshToken,
    user: userOf(answer.person),
  };
}

/** A person as systems 1 and 2 show it. */
export function userOf(person: AliasAnswer) {
  return {
    id: person.id,
    username: person.username,
    email: person.email ?? null,
    is_active: person.isActive,
    is_admin: person.role === 'admin',
    role: person.role,
    created_at: person.createdAt,
  };
}

/** `whoAmI` as the systems show it; a key that is no person has its own name. */
export function meOf(answer: AliasAnswer) {
  if (answer.person !== undefined) {
    return { ...userOf(answer.person), account_id: answer.account };
  }
  const isAdmin = answer.permissions.includes('accounts:admin');
  return {
    id: answer.id,
    username: answer.id,
    email: null,
    is_active: true,
    is_admin: isAdmin,
    account_id: answer.account,
  };
}

/** A flow as systems 1 and 2 show it. */
export function workOf(flow: AliasAnswer) {
  return {
    id: flow.id,
    name: flow.name,
    description: flow.description,
    version: flow.version,
    owner_id: String(flow.owner).replace(/^person:/, ''),
    is_public: flow.isPublic,
    created_at: flow.createdAt,
    updated_at: flow.updatedAt,
    ...(flow.source === undefined ? {} : { yaml_content: flow.source }),
    ...(flow.problems === undefined ? {} : { problems: flow.problems }),
  };
}

/** An execution as systems 1, 2 and 5 show it. */
export function runOf(execution: AliasAnswer) {
  return {
    id: execution.id,
    workflow_id: execution.flowId,
    workflow_name: execution.flowName,
    status: execution.status,
    inputs: execution.inputs,
    outputs: execution.outputs ?? null,
    error: execution.error ?? null,
    created_at: execution.createdAt,
    started_at: execution.startedAt ?? null,
    completed_at: execution.endedAt ?? null,
  };
}

/** An API key as system 5 shows it. */
export function apiKeyOf(key: AliasAnswer) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    is_admin: key.scopes.includes('accounts:admin'),
    is_active: key.revokedAt === undefined,
    max_concurrent_jobs: key.concurrentExecutions ?? null,
    monthly_limit_minutes: key.minutesAMonth ?? null,
    created_at: key.createdAt,
    expires_at: key.expiresAt ?? null,
    revoked_at: key.revokedAt ?? null,
    last_used_at: key.lastUsedAt ?? null,
    ...(key.key === undefined ? {} : { api_key: key.key }),
  };
}

/** A page as a plain list, with where the next one begins beside it. */
export function listOf(name: string, item: (one: AliasAnswer) => unknown) {
  return (answer: AliasAnswer) => ({
    [name]: answer.items.map(item),
    total: answer.items.length,
    next_cursor: answer.nextCursor ?? null,
  });
}
