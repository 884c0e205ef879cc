import type { Node, Program } from 'acorn';

/** What code can be read to do that its author will not have meant; `at` is an offset. */
export interface Hint {
  readonly at: number;
  readonly message: string;
  readonly remedy: string;
}

const NO_TIMERS = 'Do without it: there are no timers; a delay node waits.';
const NO_NETWORK = 'Call the service with an http node before this one.';
const NO_TEXT_CODE = 'Write the code itself: it cannot be made from text.';
const NO_MODULES = 'Do without it: there are no modules and no files here.';

/** Calls of what browsers or Node have. Nodes of a flow may have such names; nobody calls them. */
const CALLS: ReadonlyMap<string, string> = new Map([
  ['fetch', NO_NETWORK],
  ['XMLHttpRequest', NO_NETWORK],
  ['require', NO_MODULES],
  ['eval', NO_TEXT_CODE],
  ['Function', NO_TEXT_CODE],
  ['setTimeout', NO_TIMERS],
  ['setInterval', NO_TIMERS],
  ['setImmediate', NO_TIMERS],
  ['structuredClone', 'Write JSON.parse(JSON.stringify(value)).'],
  ['URL', 'Take the address apart as text, with split or a pattern.'],
  ['btoa', 'Do it in a python node: base64 is not there.'],
  ['atob', 'Do it in a python node: base64 is not there.'],
]);
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ['process.env', 'Give the flow an input: there is no environment here.'],
  ['module.exports', 'Write the body alone, with return.'],
  ['Buffer.from', 'Do it in a python node: bytes of Node are not there.'],
  ['crypto.randomUUID', 'Do without it: what is random here is not secret.'],
  ['Intl.NumberFormat', 'Write the number with toFixed: Intl is not there.'],
  ['Intl.DateTimeFormat', 'Write the date with toISOString: Intl is not there.'],
]);

export interface JavaScriptFindings {
  readonly hints: readonly Hint[];
  /** False where the code ends plainly and leaves no value: no `return` or `throw` of its own. */
  readonly gives: boolean;
}

/** Mistakes that JavaScript meets only when it runs, or never. Linear in the tree. */
export function javascriptFindings(program: Program): JavaScriptFindings {
  const hints = new Map<string, Hint>();
  const bound = new Set<string>();
  let gives = false;
  const open: { readonly node: Node; readonly depth: number }[] = [{ node: program, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node } = next;
    const depth = next.depth + (node.type.includes('Function') ? 1 : 0);
    if (depth <= 1 && (node.type === 'ReturnStatement' || node.type === 'ThrowStatement')) {
      gives = true;
    }
    for (const name of namesBoundBy(node)) bound.add(name);
    const found = usedBy(node);
    if (found !== undefined && !hints.has(found.name)) hints.set(found.name, found.hint);
    for (const child of childrenOf(node)) open.push({ node: child, depth });
  }
  const unbound = [...hints].filter(([name]) => !bound.has(name.split('.')[0] ?? name));
  const ordered = unbound.map(([, hint]) => hint).sort((left, right) => left.at - right.at);
  return { hints: ordered, gives };
}

type Fields = Readonly<Record<string, unknown>>;

function usedBy(node: Node): { readonly name: string; readonly hint: Hint } | undefined {
  const { callee, object, property, computed } = node as unknown as Fields;
  if (node.type === 'ImportExpression') return found('import', node, NO_MODULES);
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const name = nameOf(callee);
    return found(name, node, CALLS.get(name));
  }
  if (node.type !== 'MemberExpression' || computed === true) return undefined;
  const name = `${nameOf(object)}.${nameOf(property)}`;
  return found(name, node, MEMBERS.get(name));
}

function found(name: string, node: Node, remedy: string | undefined) {
  if (remedy === undefined) return undefined;
  return { name, hint: { at: node.start, message: `${name} is not there in this code`, remedy } };
}

/** Names that a declaration brings; of a pattern, every identifier in it is taken for one. */
function namesBoundBy(node: Node): readonly string[] {
  const { id, params, param } = node as unknown as Fields;
  const patterns = [id, param, ...(Array.isArray(params) ? params : [])].filter(isNode);
  const names: string[] = [];
  for (let next = patterns.pop(); next !== undefined; next = patterns.pop()) {
    if (next.type === 'Identifier') names.push(nameOf(next));
    else if (next.type.endsWith('Pattern') || PARTS.has(next.type)) {
      patterns.push(...childrenOf(next));
    }
  }
  return names;
}

const PARTS: ReadonlySet<string> = new Set(['Property', 'RestElement']);

function nameOf(node: unknown): string {
  return isNode(node) && 'name' in node && typeof node.name === 'string' ? node.name : '';
}

function childrenOf(node: Node): readonly Node[] {
  return Object.values(node as unknown as Fields)
    .flatMap((field: unknown) => (Array.isArray(field) ? (field as readonly unknown[]) : [field]))
    .filter(isNode);
}

function isNode(field: unknown): field is Node {
  return typeof field === 'object' && field !== null && 'type' in field && 'start' in field;
}
