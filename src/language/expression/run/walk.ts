import {
  type Body,
  type Expression,
  type Parameter,
  partsOf,
  type Statement,
} from '../syntax/index.ts';

/** The expressions directly below an expression. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'constant':
    case 'float':
    case 'name':
      return [];
    case 'list':
    case 'tuple':
      return node.items;
    case 'dict':
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'attribute':
      return [node.object];
    case 'item':
      return [node.object, node.key];
    case 'slice':
      return [node.start, node.stop, node.step].filter((part) => part !== undefined);
    case 'call':
      return [node.callee, ...partsOf(node.arguments)];
    case 'filter':
      return node.value === undefined
        ? partsOf(node.arguments)
        : [node.value, ...partsOf(node.arguments)];
    case 'test':
      return [node.value, ...partsOf(node.arguments)];
    case 'not':
    case 'negative':
    case 'positive':
      return [node.operand];
    case 'binary':
    case 'compare':
      return [node.first, ...node.rest.map((part) => part.operand)];
    case 'and':
    case 'or':
    case 'concat':
      return node.operands;
    case 'conditional':
      return node.otherwise === undefined
        ? [node.test, node.value]
        : [node.test, node.value, node.otherwise];
  }
}

/** The expressions of a statement itself, without those of its bodies. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'text':
    case 'comment':
    case 'raw':
      return [];
    case 'print':
      return statement.values;
    case 'if':
      return statement.branches.map((branch) => branch.test);
    case 'for':
      return statement.filter === undefined
        ? [statement.items]
        : [statement.items, statement.filter];
    case 'set':
      return [statement.value];
    case 'set block':
      return statement.filter === undefined ? [] : [statement.filter];
    case 'with':
      return statement.bindings.map((binding) => binding.value);
    case 'macro':
      return defaultsOf(statement.parameters);
    case 'call block':
      return [...defaultsOf(statement.parameters), statement.call];
    case 'filter block':
      return [statement.filter];
  }
}

function defaultsOf(parameters: readonly Parameter[]): readonly Expression[] {
  return parameters.flatMap((parameter) => parameter.default ?? []);
}

/** The bodies of a statement. */
export function bodiesOf(statement: Statement): readonly Body[] {
  switch (statement.kind) {
    case 'text':
    case 'comment':
    case 'raw':
    case 'print':
    case 'set':
      return [];
    case 'if':
      return [...statement.branches.map((branch) => branch.body), statement.otherwise];
    case 'for':
      return [statement.body, statement.otherwise];
    case 'set block':
    case 'with':
    case 'macro':
    case 'call block':
    case 'filter block':
      return [statement.body];
  }
}

/** Every name that the statements read, at any depth. Linear. */
export function namesReadIn(body: Body, found: Set<string> = new Set()): ReadonlySet<string> {
  for (const statement of body) {
    for (const node of expressionsOf(statement)) addNames(node, found);
    if (statement.kind === 'set' && statement.target.kind === 'field') {
      found.add(statement.target.name);
    }
    for (const inner of bodiesOf(statement)) namesReadIn(inner, found);
  }
  return found;
}

function addNames(node: Expression, found: Set<string>): void {
  if (node.kind === 'name') found.add(node.name);
  for (const child of childrenOf(node)) addNames(child, found);
}
