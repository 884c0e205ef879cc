import type { Mutation } from './mutation.ts';

const PRELUDE = 'src/sandbox/guest/prelude.ts';
const RECORD = 'src/sandbox/script-record.ts';
const MODULES = 'src/contract/python-modules.ts';
const CALL = 'src/sandbox/python-call.ts';
const NODE = 'src/nodes/code/python.ts';
const CHECK = 'src/sandbox/python/check.py';
const GROUND = 'src/sandbox/python/ground.py';
const RUNNER = 'src/sandbox/python/runner.py';
const COPIES = 'src/sandbox/python/modules.py';

/** What JavaScript of a flow may do, and what is kept of each run in both languages. */
export const JAVASCRIPT_MUTATIONS: readonly Mutation[] = [
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
    claims: ['G4.226'],
    file: 'src/sandbox/javascript-call.ts',
    find: 'request.timeoutMs ?? defaults.timeoutMs;',
    replace: 'request.timeoutMs ?? CODE_LIMITS.timeoutMs;',
    why: 'The setting for the time of code has no effect.',
  },
  {
    claims: ['G4.227'],
    file: 'src/sandbox/guest/instance.ts',
    find: 'Math.floor(memoryBytesMax / PAGE_BYTES)',
    replace: '8_192',
    why: 'Code takes as much memory as it likes.',
  },
  {
    claims: ['G4.228'],
    file: 'src/capabilities.ts',
    find: 'javascript: (request) => sandbox.javascript(request, payer),',
    replace:
      "javascript: (request) => {\n      const end = Date.now() + 1_000;\n      while (Date.now() < end);\n      return sandbox.javascript({ ...request, code: 'return 1' }, payer);\n    },",
    why: 'Code runs in the thread of the server.',
  },
  {
    claims: ['G4.229'],
    file: 'src/nodes/code/javascript-syntax.ts',
    find: 'error: placeOf(thrown, code) };',
    replace: '};',
    why: 'Mistakes are found when the code runs.',
  },
  {
    claims: ['G4.231'],
    file: 'src/nodes/code/javascript.ts',
    find: '      report: (event) => context.report(event),\n',
    replace: '      report: () => undefined,\n',
    why: 'The step of JavaScript keeps nothing of the run.',
  },
  {
    claims: ['G4.231'],
    file: NODE,
    find: '      report: (event) => context.report(event),\n',
    replace: '      report: () => undefined,\n',
    why: 'The step of Python keeps nothing of the run.',
  },
  {
    claims: ['G4.231'],
    file: RECORD,
    find: 'sha256Hex(request.code)',
    replace: "sha256Hex(request.code.normalize('NFD'))",
    why: 'The hash is that of another text.',
  },
  {
    claims: ['G4.231'],
    file: RECORD,
    find: '    outcome = error.code;\n',
    replace: '',
    why: 'Every run is said to have completed.',
  },
  {
    claims: ['G4.231'],
    file: RECORD,
    find: '    limit = limitOf(error);\n',
    replace: '',
    why: 'It is not told which limit ended a run.',
  },
  {
    claims: ['G4.231'],
    file: RECORD,
    find: "    limit ??= isLogCut ? 'log' : undefined;\n",
    replace: '',
    why: 'It is not told that the log was cut short.',
  },
];

/** What Python of a flow may do. */
export const PYTHON_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G1.028'],
    file: NODE,
    find: "choices: ['strict', 'normal', 'trusted'],",
    replace: "choices: ['strict', 'normal', 'trusted', 'root'],",
    why: 'A node may ask for a level that is none.',
  },
  {
    claims: ['G1.028'],
    file: 'src/config/table-code.ts',
    find: "  PYTHON_SECURITY_LEVEL: {\n    type: 'choice',\n    choices: ['strict', 'normal', 'trusted'],",
    replace:
      "  PYTHON_SECURITY_LEVEL: {\n    type: 'choice',\n    choices: ['strict', 'normal', 'trusted', 'root'],",
    why: 'The setting may name a level that is none.',
  },
  {
    claims: ['G1.028', 'G1.029', 'G1.031'],
    file: CALL,
    find: '  if (request.level !== undefined) return request.level;\n',
    replace: '',
    why: 'The level of a node is not looked up.',
  },
  {
    claims: ['G1.029'],
    file: MODULES,
    find: '  strict: [],\n',
    replace: '  strict: NORMAL,\n',
    why: 'The level strict imports what normal does.',
  },
  {
    claims: ['G1.029'],
    file: MODULES,
    find: "  if (level === 'strict') return 'strict';\n",
    replace: '',
    why: 'allowed_imports adds modules to the level strict.',
  },
  {
    claims: ['G1.029'],
    file: GROUND,
    find: '    "strict": _STRICT,\n',
    replace: '    "strict": _STRICT + _NORMAL,\n',
    why: 'The level strict has the built-ins of normal.',
  },
  {
    claims: ['G1.030'],
    file: MODULES,
    find: "  'math',\n",
    replace: '',
    why: 'The level normal has no math.',
  },
  {
    claims: ['G1.030'],
    file: MODULES,
    find: "  'operator',\n",
    replace: "  'operator',\n  'os',\n",
    why: 'The level normal imports os.',
  },
  {
    claims: ['G1.029', 'G1.030', 'G1.031', 'G1.033'],
    file: CHECK,
    find: 'return module in imports or (outer in names.WHOLE and outer in imports)',
    replace: 'return True',
    why: 'The list of imports is not looked at where the code runs.',
  },
  {
    claims: ['G1.030', 'G1.031', 'G1.033'],
    file: 'src/nodes/code/python-check.ts',
    find: '  if (isInReach(module, importsAt(assumed, allowed))) return undefined;\n',
    replace: '  if (module.length > 0) return undefined;\n',
    why: 'The list of imports is not looked at when a flow is saved.',
  },
  {
    claims: ['G1.031'],
    file: MODULES,
    find: "  'numpy',\n",
    replace: '',
    why: 'The level trusted has no numpy.',
  },
  {
    claims: ['G1.031'],
    file: MODULES,
    find: "['numpy', 'pandas'];",
    replace: '[];',
    why: 'allowed_imports adds numpy to the level normal.',
  },
  {
    claims: ['G1.031'],
    file: 'src/sandbox/python/child.py',
    find: 'if settings.lock:',
    replace: 'if settings.lock is None:',
    why: 'Code runs without the filter of system calls.',
  },
  {
    claims: ['G1.032'],
    file: 'src/nodes/code/python-config.ts',
    find: '  return pythonIssues(code, rules);',
    replace: '  return [];',
    why: 'Code is not checked when it is saved.',
  },
  {
    claims: ['G1.032', 'G1.034'],
    file: RUNNER,
    find: '    check.check(tree, lines, job["level"], job["imports"])\n',
    replace: '',
    why: 'Code is not checked before it runs.',
  },
  {
    claims: ['G1.033'],
    file: MODULES,
    find: '...PYTHON_MODULES[level], ...more]',
    replace: '...PYTHON_MODULES[level]]',
    why: 'allowed_imports adds nothing.',
  },
  {
    claims: ['G1.033'],
    file: MODULES,
    find: "(module, name)) ? undefined : 'never';",
    replace: '(module, name)) ? undefined : undefined;',
    why: 'allowed_imports may name os.',
  },
  {
    claims: ['G1.029', 'G1.034'],
    file: GROUND,
    find: '        name: getattr(builtins, name) for name in _NAMES[level] if hasattr(builtins, name)',
    replace: '        name: value for name, value in vars(builtins).items()',
    why: 'Code has all built-ins, whatever its level.',
  },
  {
    claims: ['G1.034'],
    file: GROUND,
    find: '        ground["getattr"] = guards.get_attribute\n',
    replace: '        ground["getattr"] = getattr\n',
    why: 'getattr gives every attribute.',
  },
  {
    claims: ['G1.034'],
    file: 'src/sandbox/python/rewrite.py',
    find: '    _guard_attributes(tree)\n    outer',
    replace: '    outer',
    why: 'The texts of format walk attributes.',
  },
  {
    claims: ['G1.034'],
    file: COPIES,
    find: '        if _is_fit(value) and (is_listed or _is_of(name, value, listed is not None)):\n',
    replace: '        if value is not None:\n',
    why: 'Modules show the modules that they use.',
  },
  {
    claims: ['G1.034'],
    file: COPIES,
    find: '    for key, value in _GUARDED.get(name, {}).items():\n',
    replace: '    for key, value in {}.items():\n',
    why: 'Modules have their functions that walk attributes.',
  },
  {
    claims: ['G1.034'],
    file: RUNNER,
    find: '"__import__": Importer(job["imports"]),',
    replace: '"__import__": __import__,',
    why: 'Imports give the modules of the interpreter itself.',
  },
  {
    claims: ['G1.035'],
    file: NODE,
    find: '      ...(timeout === undefined ? {} : { timeoutMs: timeout }),\n',
    replace: '',
    why: 'The timeout of a node is ignored.',
  },
  {
    claims: ['G1.035'],
    file: CALL,
    find: 'request.timeoutMs ?? options.timeoutMs;',
    replace: 'request.timeoutMs ?? PYTHON_LIMITS.timeoutMsMin;',
    why: 'The setting for the time of Python has no effect.',
  },
];
