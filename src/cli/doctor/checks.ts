import type { Checked, SettingsCheckId } from '../../config/index.ts';

/** What only the machine, the server or a person tells, besides what settings and files do. */
export type CheckId =
  | SettingsCheckId
  | 'headers'
  | 'sandbox'
  | 'key-age'
  | 'by-code'
  | 'updates'
  | 'dependencies'
  | 'images'
  | 'backups'
  | 'env-backup'
  | 'incident-plan'
  | 'access-review'
  | 'security-review'
  | 'log-access';

export type AnyChecked = Checked<CheckId>;

/** Every check with its title, in the order in which they are shown. */
export const CHECK_TITLES: Readonly<Record<CheckId, string>> = {
  production: 'production mode',
  settings: 'settings',
  secrets: 'secrets',
  'admin-keys': 'admin keys',
  'key-age': 'age of keys',
  passwords: 'default passwords',
  'password-hashes': 'kept passwords',
  'database-password-age': 'database password',
  'sign-up': 'sign-up',
  sessions: 'sessions',
  https: 'HTTPS',
  certificate: 'certificate',
  headers: 'security headers',
  cors: 'other origins',
  addresses: 'addresses',
  firewall: 'firewall',
  'rate-limits': 'rate limits',
  'database-tls': 'database TLS',
  redis: 'Redis',
  egress: 'network of flows',
  'file-guard': 'files of flows',
  'python-levels': 'levels of code',
  sandbox: 'jail for code',
  'by-code': 'rules in the code',
  audit: 'audit records',
  monitoring: 'alerts',
  'log-content': 'content of the log',
  'log-access': 'readers of the log',
  'env-mode': 'rights of .env',
  'env-ignored': '.env in git',
  'env-backup': 'copy of .env',
  'shared-files': 'shared files',
  backups: 'backups',
  updates: 'updates',
  dependencies: 'dependencies',
  images: 'container images',
  'incident-plan': 'incident plan',
  'access-review': 'who may what',
  'security-review': 'reviews',
};
