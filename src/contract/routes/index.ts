import { EXECUTION_ROUTES } from './executions.ts';
import { FLOW_ROUTES } from './flows.ts';
import { EVENT_ROUTES, SERVER_ROUTES } from './server.ts';

/** Every route of the server; the order is that of the reference page. */
export const ROUTES = [
  ...FLOW_ROUTES,
  ...EXECUTION_ROUTES,
  ...EVENT_ROUTES,
  ...SERVER_ROUTES,
] as const;

export type DeclaredRoute = (typeof ROUTES)[number];
export type RouteId = DeclaredRoute['id'];
export { errorAnswer } from './error-shapes.ts';
export { STATUSES } from './executions.ts';
