import type { Mutation } from './mutation.ts';

const LEVELS = 'src/language/expression/levels.ts';
const ACCESS = 'src/language/expression/values/access.ts';
const EGRESS = 'src/guard/egress-judge.ts';
const PRELUDE = 'src/sandbox/guest/prelude.ts';
const PATHS = 'src/guard/paths.ts';

/** Flows: their text, templates, requests, code and files. */
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
    file: 'src/nodes/file/file-fields.ts',
    find: "level: 'interpolation_only'",
    replace: "level: 'safe_expressions'",
    why: 'Paths may hold expressions.',
  },
  {
    claims: ['G1.026'],
    file: 'src/nodes/http/http-fields.ts',
    find: "level: 'interpolation_only'",
    replace: "level: 'safe_expressions'",
    why: 'URLs and headers may hold expressions.',
  },
  {
    claims: ['G1.022'],
    file: LEVELS,
    find: '    else checkStatement(statement, level);\n',
    replace: '',
    why: 'The middle level allows macros.',
  },
  {
    claims: ['G1.022', 'G1.023'],
    file: ACCESS,
    find: '  return member === undefined ? missing(run, object, { name, label }) : member;',
    replace:
      "  return member ?? (name === 'constructor' ? 'Object' : missing(run, object, { name, label }));",
    why: 'A field of the host can be read.',
  },
  {
    claims: ['G1.020'],
    file: 'src/language/flow/read-node-config.ts',
    find: "      message: 'level unsafe is not allowed to flows: it needs an operator setting',",
    replace: "      severity: 'warning',\n      message: 'level unsafe',",
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
    claims: ['G4.225'],
    file: PRELUDE,
    find: "throw new EvalError('code cannot be made from text here');",
    replace: 'return () => 1;',
    why: 'Code can be made from text.',
  },
  {
    claims: ['G4.225', 'G4.230'],
    file: PRELUDE,
    find: "    defineProperty(prototype, 'constructor', { value: stand, writable: false });\n",
    replace: '',
    why: 'The constructors of functions are left as they are.',
  },
  {
    claims: ['G4.227'],
    file: 'src/sandbox/guest/interpreter.ts',
    find: 'Math.floor(memoryBytesMax / PAGE_BYTES)',
    replace: '8_192',
    why: 'Code takes as much memory as it likes.',
  },
  {
    claims: ['G4.228'],
    file: 'src/capabilities.ts',
    find: '=> pool.run(request) };',
    replace:
      "=> {\n      const end = Date.now() + 1_000;\n      while (Date.now() < end);\n      return pool.run({ ...request, code: 'return 1' });\n    } };",
    why: 'Code runs in the thread of the server.',
  },
  {
    claims: ['G4.229'],
    file: 'src/nodes/code/javascript-syntax.ts',
    find: '    return placeOf(thrown, code);',
    replace: '    return undefined;',
    why: 'Mistakes are found when the code runs.',
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
