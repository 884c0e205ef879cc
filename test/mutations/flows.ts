import type { Mutation } from './mutation.ts';

const USES = 'src/contract/template-uses.ts';
const LEVELS = 'src/language/expression/levels.ts';
const ACCESS = 'src/language/expression/values/access.ts';
const EGRESS = 'src/guard/egress-judge.ts';
const PATHS = 'src/guard/paths.ts';

/** Flows: their text, templates, requests and files. */
export const FLOW_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G4.198'],
    file: 'src/language/text/build-tree.ts',
    find: '  if (tag === undefined) return;',
    replace: '  if (tag !== undefined || node !== undefined) return;',
    why: 'Tags of YAML are passed over.',
  },
  {
    claims: ['G4.199'],
    file: 'src/language/config/read-keys.ts',
    find: 'if (!absent.has(key) && empty === undefined) continue;',
    replace: 'continue;',
    why: 'A key may be missing.',
  },
  {
    claims: ['G4.200'],
    file: 'src/language/config/read-keys.ts',
    find: 'if (present.has(entry.key)) continue;',
    replace: 'continue;',
    why: 'A key that nobody knows is passed over.',
  },
  {
    claims: ['G4.201'],
    file: 'src/base/limits/data.ts',
    find: '  aliases: 50,',
    replace: '  aliases: 5_000_000,',
    why: 'A document may use as many aliases as it likes.',
  },
  {
    claims: ['G4.201'],
    file: 'src/base/limits/data.ts',
    find: '  depth: 64,',
    replace: '  depth: 640,',
    why: 'A document may be nested deeply.',
  },
  {
    claims: ['G4.202'],
    file: 'src/language/text/source.ts',
    find: 'if (sizeOf(input, textBytes) > textBytes) {',
    replace: 'if (sizeOf(input, textBytes) > textBytes + 1) {',
    why: 'A flow may be larger than the limit.',
  },
  {
    claims: ['G1.021', 'G1.025', 'G1.026'],
    file: LEVELS,
    find: "if (level === 'interpolation_only') checkPlain(statement);",
    replace: "if (level === 'interpolation_only') continue;",
    why: 'The lowest level allows everything.',
  },
  {
    claims: ['G1.025'],
    file: USES,
    find: "path: 'interpolation_only'",
    replace: "path: 'safe_expressions'",
    why: 'Paths may hold expressions.',
  },
  {
    claims: ['G1.026'],
    file: USES,
    find: "url: 'interpolation_only'",
    replace: "url: 'safe_expressions'",
    why: 'URLs may hold expressions.',
  },
  {
    claims: ['G1.026'],
    file: USES,
    find: "header: 'interpolation_only'",
    replace: "header: 'safe_expressions'",
    why: 'Headers may hold expressions.',
  },
  {
    claims: ['G1.027'],
    file: USES,
    find: "prompt: 'safe_expressions'",
    replace: "prompt: 'sandboxed'",
    why: 'Prompts may hold macros.',
  },
  {
    claims: ['G1.027'],
    file: USES,
    find: "prompt: 'safe_expressions'",
    replace: "prompt: 'interpolation_only'",
    why: 'Prompts may hold no filters.',
  },
  {
    claims: ['G1.021', 'G1.022'],
    file: 'src/language/config/template-levels.ts',
    find: '  const own = isOwn ? lower(templating.level, level) : templating.level;',
    replace: '  const own = isOwn ? templating.level : templating.level;',
    why: 'The level that a node chose is not looked up.',
  },
  {
    claims: ['G1.024'],
    file: 'src/engine/spawn-node.ts',
    find: "  visit.log({ level: 'warn', message });\n",
    replace: '',
    why: 'A template of the level unsafe leaves no trace in its step.',
  },
  {
    claims: ['G1.024'],
    file: 'src/engine/spawn-node.ts',
    find: '  onUnsafe?.(visit);\n',
    replace: '',
    why: 'A template of the level unsafe leaves no trace in the log of the server.',
  },
  {
    claims: ['G1.022'],
    file: LEVELS,
    find: '    else checkStatement(statement, level);\n',
    replace: '',
    why: 'The middle level allows macros.',
  },
  {
    claims: ['G1.022', 'G1.023', 'G1.027'],
    file: ACCESS,
    find: '  return member === undefined ? missing(run, object, { name, label }) : member;',
    replace:
      "  return member ?? (name === 'constructor' ? 'Object' : missing(run, object, { name, label }));",
    why: 'A field of the host can be read.',
  },
  {
    claims: ['G1.020'],
    file: 'src/language/flow/read-levels.ts',
    find: "    message: 'level unsafe is not allowed to flows: it needs the setting TEMPLATE_UNSAFE',",
    replace: "    severity: 'warning',\n    message: 'level unsafe',",
    why: 'A flow may choose the level unsafe.',
  },
  {
    claims: ['G2.135', 'G4.203', 'G4.246'],
    file: EGRESS,
    find: "if (range === 'unicast') return undefined;",
    replace: "if (range === 'unicast' || range === 'loopback') return undefined;",
    why: 'A flow reaches the machine that it runs on.',
  },
  {
    claims: ['G4.246'],
    file: EGRESS,
    find: "if (range === 'unicast') return undefined;",
    replace: "if (range === 'unicast' || range === 'private') return undefined;",
    why: 'A flow reaches the private network.',
  },
  {
    claims: ['G4.204'],
    file: 'src/guard/egress-headers.ts',
    find: 'const FIELD_VALUE = ',
    replace: 'const FIELD_VALUE = /[^]*/;\nexport const NOT_USED = ',
    why: 'A header carries line breaks.',
  },
  {
    claims: ['G4.216'],
    file: 'src/guard/egress-connect.ts',
    find: 'rejectUnauthorized: true,',
    replace: 'rejectUnauthorized: false,',
    why: 'Any certificate is believed.',
  },
  {
    claims: ['G1.036', 'G4.249'],
    file: 'src/guard/paths-text.ts',
    find: '  if (climbs(once) || climbs(twice)) throw refusedPath(text, \'hides a ".." by encoding it\');\n',
    replace: '',
    why: 'An encoded path climbs.',
  },
  {
    claims: ['G1.037', 'G4.250'],
    file: PATHS,
    find: "  if (base === undefined) throw refusedPath(path, 'leads outside the workspace');",
    replace: '  if (base === undefined) return;',
    why: 'A link leads out.',
  },
  {
    claims: ['G1.038', 'G1.041'],
    file: 'src/capabilities.ts',
    find: 'deniedPatterns: settings.FILE_SECURITY_DENIED_PATTERNS,',
    replace: 'deniedPatterns: [],',
    why: 'Denied patterns have no effect.',
  },
  {
    claims: ['G1.039', 'G1.041'],
    file: PATHS,
    find: 'if (bytes <= workspace.bytesMax) return;',
    replace: 'if (bytes <= workspace.bytesMax + 1) return;',
    why: 'A file may be larger than the limit.',
  },
];
