import type { NodeType } from '../contract/index.ts';
import { javascriptNode } from './code/javascript.ts';
import { pythonNode } from './code/python.ts';
import { delayNode } from './control/delay.ts';
import { aggregateNode } from './data/aggregate.ts';
import { conditionalNode } from './data/conditional.ts';
import { filterNode } from './data/filter.ts';
import { foreachNode } from './data/foreach.ts';
import { joinNode } from './data/join.ts';
import { splitNode } from './data/split.ts';
import { templateNode } from './data/template.ts';
import { transformNode } from './data/transform.ts';
import { fileNode } from './file/file.ts';
import { httpNode } from './http/http.ts';

/** Every node type of this server, sorted by id. A type that is not here does not exist. */
export const NODE_TYPES: readonly NodeType[] = [
  aggregateNode,
  conditionalNode,
  delayNode,
  fileNode,
  filterNode,
  foreachNode,
  httpNode,
  javascriptNode,
  joinNode,
  pythonNode,
  splitNode,
  templateNode,
  transformNode,
];

export { defineNode } from './kit/index.ts';
