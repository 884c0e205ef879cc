import type { AccountId } from '../base/index.ts';
import type { Permission } from '../contract/index.ts';

/** Who a request comes from, and what that allows in the one account it belongs to. */
export interface Principal {
  /** Such as `key:admin-1`; never a secret, so it may stand in audit rows and logs. */
  readonly id: string;
  readonly account: AccountId;
  readonly permissions: ReadonlySet<Permission>;
}
