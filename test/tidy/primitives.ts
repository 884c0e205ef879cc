import { SyntaxKind } from 'typescript/unstable/ast';
import { type Finding, isTest } from './finding.ts';
import { importsOf } from './imports.ts';
import { type ParsedFile, type SyntaxNode, walk } from './syntax.ts';

/** A raw primitive of the host, and the few places where it may be used. */
export interface Ban {
  readonly what: string;
  /** Module names; a final * stands for any ending. */
  readonly modules: readonly string[];
  /** Names of the host, or `object.member`. */
  readonly names: readonly string[];
  /** Beginnings of paths, each with the reason why it may. */
  readonly allowed: Readonly<Record<string, string>>;
  readonly instead: string;
}

/** Where security lives: each primitive has one home, and is banned everywhere else in src. */
export const BANS: readonly Ban[] = [
  {
    what: 'the network',
    modules: ['http', 'https', 'http2', 'net', 'tls', 'dns', 'dns/promises', 'dgram', 'undici'],
    names: ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'],
    allowed: {
      'src/guard/egress': 'the guarded dialler',
      'src/http/': 'listens; it dials nobody',
      'src/store/': 'talks to the database and finds a free port for it',
      'src/main.ts': 'hands the typed client its transport',
      'src/sandbox/jail/probe-javascript.ts': 'attacks the jail from inside',
      'src/sandbox/jail/self-test.ts': 'listens for whoever gets out of the jail',
      'src/serve.ts': 'composition root of the server',
    },
    instead: 'use the http capability',
  },
  {
    what: 'files',
    modules: ['fs', 'fs/promises'],
    names: [],
    allowed: {
      'src/guard/paths': 'the guard of paths',
      'src/config/read-file.ts': 'reads settings files',
      'src/config/write-file.ts': 'writes a new .env',
      'src/store/': 'owns its data folder',
      'src/audit/sink-file.ts': 'keeps the second copy of the audit',
      'src/sandbox/': 'opens its own programs for the jail, and looks at what the machine has',
      'src/app.ts': 'composition root',
      'src/main.ts': 'composition root',
      'src/remote.ts': 'keeps the profile of the command line',
      'src/serve.ts': 'composition root of the server',
    },
    instead: 'use the files capability',
  },
  {
    what: 'processes and code from text',
    modules: ['child_process', 'vm', 'worker_threads', 'cluster', 'inspector', 'repl', 'module'],
    names: ['eval', 'Function', 'WebAssembly', 'require'],
    allowed: {
      'src/sandbox/': 'runs untrusted code in jailed processes',
      'src/store/postgres/': 'runs the embedded database',
    },
    instead: 'use the code capability',
  },
  {
    what: 'randomness and cryptography',
    modules: ['crypto'],
    names: ['crypto', 'Math.random'],
    allowed: {
      'src/crypto/': 'the only user of node:crypto',
    },
    instead: 'use the crypto room, or a Random that is handed in',
  },
  {
    what: 'the environment',
    modules: [],
    names: ['process.env'],
    allowed: {
      'src/config/index.ts': 'readEnvironment',
      'src/sandbox/jail/probe-javascript.ts': 'looks for what should not be there',
    },
    instead: 'add a setting to src/config/table.ts',
  },
  {
    what: 'the process',
    modules: ['process'],
    names: ['process'],
    allowed: {
      'src/config/index.ts': 'readEnvironment',
      'src/main.ts': 'composition root',
      'src/serve.ts': 'composition root of the server',
      'src/store/postgres/': 'runs and signals the embedded database',
      'src/sandbox/': 'talks to its processes',
      'src/guard/paths.ts': 'names temporary files after the process',
    },
    instead: 'have main.ts hand over what you need',
  },
  {
    what: 'the console',
    modules: ['console'],
    names: ['console'],
    allowed: {},
    instead: 'use the log room, or the terminal that the command line hands over',
  },
  {
    what: 'time',
    modules: ['timers', 'timers/promises', 'perf_hooks'],
    names: [
      'Date.now',
      'Date()',
      'performance',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
    ],
    allowed: {
      'src/base/clock.ts': 'systemClock',
      'src/main.ts': 'composition root',
      'src/nodes/kit/each-item.ts': 'lets other work go on between items',
      'src/sandbox/': 'deadlines of processes are real time, not the flow’s',
      'src/guard/egress': 'deadlines of sockets are real time, not the flow’s',
      'src/http/': 'deadlines of sockets are real time, not the flow’s',
      'src/store/': 'deadlines of the database are real time, not the flow’s',
      'src/serve.ts': 'composition root of the server',
    },
    instead: 'take a Clock',
  },
  {
    what: 'the global object',
    modules: [],
    names: ['globalThis', 'global', 'window', 'self'],
    allowed: {},
    instead: 'name what you need, so that these rules can see it',
  },
];

/** Raw primitives outside their home. Tests may use them: they make the hostile world. */
export function findPrimitives(
  files: readonly ParsedFile[],
  bans: readonly Ban[] = BANS,
): readonly Finding[] {
  return files.flatMap((file) => {
    if (!file.path.startsWith('src/') || isTest(file.path)) return [];
    const uses = [...moduleUses(file), ...nameUses(file)];
    return bans.flatMap((ban) => {
      if (Object.keys(ban.allowed).some((place) => file.path.startsWith(place))) return [];
      return uses
        .filter((use) => breaks(ban, use))
        .map(({ name, line }) => {
          const message = `uses ${name}, and ${ban.what} has its own place; ${ban.instead}`;
          return { path: file.path, line, rule: 'primitives', message };
        });
    });
  });
}

interface Use {
  readonly kind: 'module' | 'name';
  readonly name: string;
  readonly line: number;
}

function breaks(ban: Ban, use: Use): boolean {
  if (use.kind === 'name') return ban.names.includes(use.name);
  return ban.modules.includes(use.name.replace(/^node:/, ''));
}

function moduleUses(file: ParsedFile): readonly Use[] {
  return importsOf(file).map(({ specifier, line }) => {
    const isPackage = specifier.startsWith('undici/');
    return { kind: 'module', name: isPackage ? 'undici' : specifier, line };
  });
}

/**
 * Names that the file does not declare itself, each as `name`, as `name.member` or
 * `name['member']`, and `Date` without arguments as `Date()`.
 */
function nameUses(file: ParsedFile): readonly Use[] {
  const declared = new Set<string>();
  const used: Use[] = [];
  walk(file.tree, (node) => {
    if (node.kind !== SyntaxKind.Identifier) return;
    if (isDeclared(node)) declared.add(node.text);
    else if (isValue(node)) used.push(...spellingsOf(node));
  });
  return used.filter(({ name }) => !declared.has(name.replace(/[.(].*$/, '')));
}

function spellingsOf(node: SyntaxNode): readonly Use[] {
  const { text, line, parent } = node;
  const uses: Use[] = [{ kind: 'name', name: text, line }];
  if (parent === undefined || parent.children[0] !== node) return uses;
  const member = memberOf(parent);
  if (member !== undefined) uses.push({ kind: 'name', name: `${text}.${member}`, line });
  const isCall = parent.kind === SyntaxKind.CallExpression;
  const isNew = parent.kind === SyntaxKind.NewExpression && parent.children.length === 1;
  if (isCall || isNew) uses.push({ kind: 'name', name: `${text}()`, line });
  return uses;
}

function memberOf(parent: SyntaxNode): string | undefined {
  const last = parent.children.at(-1);
  if (parent.kind === SyntaxKind.PropertyAccessExpression) return last?.text;
  if (parent.kind !== SyntaxKind.ElementAccessExpression) return undefined;
  return last?.text.replace(/^['"`]|['"`]$/g, '');
}

const DECLARES = new Set([
  SyntaxKind.VariableDeclaration,
  SyntaxKind.Parameter,
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.BindingElement,
  SyntaxKind.ImportClause,
  SyntaxKind.ImportSpecifier,
  SyntaxKind.NamespaceImport,
]);

/** The name that a declaration makes: its first name, or the second of `a: b` and `a as b`. */
function isDeclared(node: SyntaxNode): boolean {
  const parent = node.parent;
  if (parent === undefined || !DECLARES.has(parent.kind)) return false;
  const names = parent.children.filter(({ kind }) => NAMES.has(kind));
  const isRenaming =
    (parent.kind === SyntaxKind.ImportSpecifier && names.length > 1) ||
    (parent.kind === SyntaxKind.BindingElement && /^[\w$]+\s*:/.test(parent.text));
  return names[isRenaming ? 1 : 0] === node;
}

const TYPES = new Set([
  SyntaxKind.TypeReference,
  SyntaxKind.TypeQuery,
  SyntaxKind.QualifiedName,
  SyntaxKind.ExpressionWithTypeArguments,
  SyntaxKind.TypePredicate,
  SyntaxKind.ImportSpecifier,
  SyntaxKind.ExportSpecifier,
]);
const NAMED = new Set([
  SyntaxKind.PropertyAssignment,
  SyntaxKind.PropertyDeclaration,
  SyntaxKind.PropertySignature,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.MethodSignature,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
  SyntaxKind.EnumMember,
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.TypeParameter,
]);

/** What can stand where a declaration has its name; modifiers come before it. */
const NAMES = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.PrivateIdentifier,
  SyntaxKind.StringLiteral,
  SyntaxKind.NumericLiteral,
  SyntaxKind.ComputedPropertyName,
  SyntaxKind.ObjectBindingPattern,
  SyntaxKind.ArrayBindingPattern,
]);

/** True where the identifier is read as a value, and is not the name of a member or a type. */
function isValue(node: SyntaxNode): boolean {
  const parent = node.parent;
  if (parent === undefined || TYPES.has(parent.kind)) return false;
  const place = parent.children.indexOf(node);
  if (parent.kind === SyntaxKind.PropertyAccessExpression) return place === 0;
  if (NAMED.has(parent.kind)) {
    return place !== parent.children.findIndex(({ kind }) => NAMES.has(kind));
  }
  if (parent.kind === SyntaxKind.BindingElement) return place > 0;
  return true;
}
