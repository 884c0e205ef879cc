export type { EnginePorts, Journal, Spawn, Visit, VisitNames } from './ports.ts';
