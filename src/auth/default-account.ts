import type { AccountId } from '../base/index.ts';

/** The operator's account: that of ADMIN_API_KEYS, and of all admins who run the server. */
export const DEFAULT_ACCOUNT = 'default' as AccountId; // The one place where this id is made.
