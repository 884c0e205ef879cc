/**
 * What Python code may not name, at any level, with the remedy. Each is refused by the jail's own
 * check too (src/sandbox/python/check.py), which knows more; what is here is what is certain from
 * the text alone. A test holds the two together.
 */
export const REFUSED_NAMES: ReadonlyMap<string, string> = new Map([
  ['__import__', 'Write an import statement.'],
  ['__builtins__', 'Name what you need of it.'],
  ['__loader__', 'Write an import statement.'],
  ['__spec__', 'Write an import statement.'],
  ['__file__', 'There are no files here.'],
]);

/** Refused where the code reads it and nowhere gives it a meaning of its own. */
export const REFUSED_UNBOUND: ReadonlyMap<string, string> = new Map([
  ['eval', 'Write the expression itself: code cannot be made from text.'],
  ['exec', 'Write the statements themselves: code cannot be made from text.'],
  ['compile', 'Use re.compile for patterns: code cannot be made from text.'],
  ['open', 'Read files with a file node.'],
  ['globals', 'Use variables, or a dict of your own.'],
  ['locals', 'Use variables, or a dict of your own.'],
  ['breakpoint', 'Use print: there is no debugger here.'],
  ['input', 'Write inputs, with an s: nobody can answer here.'],
  ['exit', 'Use return to end early.'],
  ['quit', 'Use return to end early.'],
]);

const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['__class__', 'Use type(x) or isinstance.'],
  ['__dict__', 'Use a dict, or name the attributes.'],
  ['__subclasses__', 'Name the classes.'],
]);

const INNER_ATTRIBUTES: ReadonlySet<string> = new Set(
  [
    '__base__ __bases__ __builtins__ __class__ __closure__ __code__ __dict__ __func__',
    '__getattribute__ __globals__ __import__ __loader__ __mro__ __reduce__ __reduce_ex__ __self__',
    '__spec__ __subclasses__ __traceback__ __wrapped__',
    'ag_frame cr_frame f_back f_builtins f_code f_globals f_locals gi_code gi_frame tb_frame',
    'tb_next',
  ].flatMap((names) => names.split(' ')),
);

/** Why code may not use an attribute of this name, as a remedy; undefined where it may. */
export function remedyOfAttribute(name: string): string | undefined {
  if (!INNER_ATTRIBUTES.has(name)) return undefined;
  return ATTRIBUTES.get(name) ?? 'Do without it: it leads into the interpreter.';
}
