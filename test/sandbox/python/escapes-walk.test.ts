import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ALLOWABLE_MODULES, importsAt, TRUSTED_ONLY } from '../../../src/contract/index.ts';
import { thisPython } from './python-server.ts';

const FOLDER = fileURLToPath(new URL('../../../src/sandbox/python', import.meta.url));

/**
 * Goes from what code has (its built-ins and modules) along every attribute that it may name, over
 * items, types and what classes make without arguments, and tells what it must never come by.
 */
const WALK = `
import builtins, json, sys, types
sys.path.insert(0, sys.argv[1])
import preload
preload.load_standard()
import ground, guards, names
from modules import Importer

level, imports, extra = sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4])
RAW = {id(getattr(builtins, name)): name for name in
       "eval exec compile open __import__ globals locals vars dir input breakpoint "
       "getattr setattr delattr".split()}
RAW.update({id(sys.modules): "sys.modules", id(vars(builtins)): "builtins"})
DATA = (str, bytes, int, float, complex, bool, type(None))
LEAVES = (types.BuiltinFunctionType, types.MethodWrapperType, types.WrapperDescriptorType,
          types.MethodDescriptorType, types.ClassMethodDescriptorType)
INNER = (types.FrameType, types.CodeType, types.TracebackType, types.CellType)
OURS = ("guards", "makers", "formatter", "privates")

importer, copies, roots = Importer(imports), {}, []
for name in imports:
    importer(name)
    copies[id(importer._copies[name])] = name
    roots.append((name, importer._copies[name]))
for name, value in ground.builtins_at(level).items():
    if name[0] != "<" and name != "__build_class__":
        roots.append((name, value))
for name in extra:
    roots.append((name, importer._copies.setdefault(name, __import__(name))))

def problem(value):
    if id(value) in RAW:
        return RAW[id(value)]
    if isinstance(value, types.ModuleType) and id(value) not in copies:
        return "a module"
    if isinstance(value, type) and issubclass(value, type) and value is not guards.Type:
        return "a class of classes"
    if isinstance(value, INNER):
        return "a part of the interpreter"
    if isinstance(value, dict) and ("__builtins__" in value or "sys" in value):
        return "the names of a module"

def steps(value):
    for name in dir(value):
        try:
            yield "." + name, guards.get_attribute(value, name)
        except Exception:
            pass
    if isinstance(value, (list, tuple, set, frozenset)):
        yield from ((f"[{index}]", item) for index, item in enumerate(list(value)[:50]))
    elif isinstance(value, dict):
        yield from ((f"[{key!r}]", item) for key, item in list(value.items())[:200])
    if isinstance(value, type) and value.__module__ not in OURS:
        try:
            yield "()", value()
        except BaseException:
            pass
    yield "<type>", guards.Type(value)

found, seen, kept, waiting = [], set(), [], roots
for _ in range(6):
    following = []
    for path, value in waiting:
        for step, inner in steps(value):
            if isinstance(inner, DATA) or id(inner) in seen:
                continue
            seen.add(id(inner))
            # What is gone could leave its id to another.
            kept.append(inner)
            why = problem(inner)
            if why:
                found.append(f"{path}{step}: {why}")
            elif not isinstance(inner, LEAVES):
                following.append((path + step, inner))
    waiting = following
print(json.dumps({"found": found[:20], "count": len(seen)}))
`;

async function walk(level: string, imports: readonly string[], extra: readonly string[] = []) {
  const { interpreter } = (await thisPython()).program('python');
  const args = ['-c', WALK, FOLDER, level, JSON.stringify(imports), JSON.stringify(extra)];
  const { stdout } = await promisify(execFile)(interpreter, args, { maxBuffer: 1_000_000 });
  // Written by the program above.
  return JSON.parse(stdout) as { found: string[]; count: number };
}

const STANDARD = ALLOWABLE_MODULES.filter((name) => !TRUSTED_ONLY.includes(name));

describe('what code can walk to by the attributes that it may name', () => {
  it.each([
    ['strict', []],
    ['normal', importsAt('normal', [])],
    ['trusted', importsAt('normal', STANDARD)],
  ] as const)('is no module, class of classes, frame or raw built-in: %s', async (level, list) => {
    const { found, count } = await walk(level, list);
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(500);
  });

  it('would be found, if a module of the library were given as it is', async () => {
    const { found } = await walk('normal', [], ['calendar']);
    expect(found).toContain('calendar.sys: a module');
  });
});
