import type { NodeType } from '../contract/index.ts';

/** Every node type of this server, sorted by id. A type that is not here does not exist. */
export const NODE_TYPES: readonly NodeType[] = [];
