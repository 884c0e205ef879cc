import { ACCOUNT_ROUTES } from './accounts.ts';
import { AUDIT_ROUTES } from './audit.ts';
import { EXECUTION_ROUTES } from './executions.ts';
import { FLOW_ROUTES } from './flows.ts';
import { KEY_ROUTES } from './keys.ts';
import { PEOPLE_ROUTES } from './people.ts';
import { EVENT_ROUTES, SERVER_ROUTES } from './server.ts';
import { SHARING_ROUTES } from './sharing.ts';
import { SIGN_IN_ROUTES } from './sign-in.ts';

/** Every route of the server; the order is that of the reference page. */
export const ROUTES = [
  ...FLOW_ROUTES,
  ...EXECUTION_ROUTES,
  ...EVENT_ROUTES,
  ...SIGN_IN_ROUTES,
  ...SHARING_ROUTES,
  ...PEOPLE_ROUTES,
  ...KEY_ROUTES,
  ...ACCOUNT_ROUTES,
  ...AUDIT_ROUTES,
  ...SERVER_ROUTES,
] as const;

export type DeclaredRoute = (typeof ROUTES)[number];
export type RouteId = DeclaredRoute['id'];
export { errorAnswer } from './error-shapes.ts';
export { STATUSES } from './executions.ts';
