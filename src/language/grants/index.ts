export {
  CODE_GRANTS,
  type CodeGrant,
  coversCode,
  coversHost,
  DYNAMIC_HOST,
  type Grants,
  widerThan,
} from './grants.ts';
export { grantsOf } from './grants-of.ts';
export { grantedHost, plainName } from './host-of.ts';
