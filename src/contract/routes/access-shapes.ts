import { z } from 'zod';
import { ACCESS_LIMITS } from '../../base/index.ts';
import { permission, roleName } from './access-names.ts';
import { id, time } from './shapes.ts';

/** People, sessions, roles, keys and accounts as the routes show them. */

export const person = z.object({
  id,
  username: z.string(),
  displayName: z.string(),
  email: z.string().optional(),
  role: roleName,
  isActive: z.boolean(),
  createdAt: time,
  updatedAt: time,
  lastSignInAt: time.optional(),
});

export const session = z.object({
  id,
  createdAt: time,
  lastSeenAt: time,
  expiresAt: time.describe('The absolute limit, whatever happens until then.'),
  address: z.string(),
  agent: z.string().describe('The program, as it names itself.'),
  isThis: z.boolean().describe('The one of this request.'),
});

export const role = z.object({
  name: roleName,
  description: z.string(),
  permissions: z.array(permission),
  isBuiltIn: z.boolean(),
});

export const networks = z
  .array(z.string().min(1).max(64))
  .max(ACCESS_LIMITS.networksAKey)
  .describe('Addresses or CIDR ranges from which the key is taken; empty: from anywhere.');

export const key = z.object({
  id,
  name: z.string(),
  prefix: z.string().describe('The beginning of the key, by which it is recognised.'),
  scopes: z.array(permission),
  person: id.optional().describe('For whom it acts; absent: for itself, in the account.'),
  networks,
  createdBy: z.string(),
  createdAt: time,
  rotatedAt: time.optional(),
  expiresAt: time.optional(),
  revokedAt: time.optional(),
  lastUsedAt: time.optional(),
  lastUsedAddress: z.string().optional(),
  minutesAMonth: z.number().int().optional(),
  concurrentExecutions: z.number().int().optional(),
  ageDays: z.number().int().describe('Since it was made or rotated.'),
  isDue: z.boolean().describe(`Older than ${ACCESS_LIMITS.keyAgeDays} days: rotate it.`),
});

export const account = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['active', 'suspended', 'deleting']),
  createdAt: time,
});
