/** Seals and keeps the record of who did what, copies it out, and raises alerts. */
export type { AlertRules } from './alerts.ts';
export type { Audit, AuditReport, Observation } from './audit.ts';
export { type JanitorOptions, openJanitor } from './janitor.ts';
export type { Loop } from './loop.ts';
export { type AuditOptions, openAudit } from './open-audit.ts';
export { type EncryptionKeys, type SealKeys, sealKeys } from './seal-keys.ts';
export { copyLines } from './sink-file.ts';
export { type CopiedChain, type CopyReport, verifyCopy } from './verify-copy.ts';
