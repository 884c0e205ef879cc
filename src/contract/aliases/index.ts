import type { Alias } from './alias.ts';
import { ALIASES_1_2 } from './systems-1-and-2.ts';
import { ALIASES_4, ALIASES_5 } from './systems-4-and-5.ts';

/** Every path of another system that is answered here, in one table. */
export const ALIASES: readonly Alias[] = [...ALIASES_1_2, ...ALIASES_4, ...ALIASES_5];
export type { Alias, AliasRequest } from './alias.ts';
