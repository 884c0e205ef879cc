export { execute } from './execute.ts';
export type { ExecuteOptions } from './execute-options.ts';
export type { ExecutionLimits } from './execution-limits.ts';
export { memoryJournal } from './memory-journal.ts';
export type { EnginePorts, Journal, Spawn, Visit, VisitNames } from './ports.ts';
export { type CapabilityProvider, spawnNode } from './spawn-node.ts';
