import { nearest, TEMPLATE_LIMITS, type Value } from '../../base/index.ts';
import type { TemplateLevel } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { makeLibrary } from './library/library.ts';
import { methods } from './library/methods.ts';
import { LEFT_OUT } from './library/table.ts';
import { compileExpression } from './run/compile-expression.ts';
import { compileScoped } from './run/compile-statement.ts';
import type { Compiler, Evaluate, Library, Use } from './run/compiler.ts';
import type { Outside, Run } from './run/run.ts';
import { innerScope, type Layout } from './run/scope.ts';
import { type At, type Body, type Expression, quoted, refusal } from './syntax/index.ts';
import type { Names } from './template.ts';
import { leave } from './values/leave.ts';
import { type Datum, type Explanation, Gadget, Undefined } from './values/special.ts';

/** A compiled template, ready to run any number of times. */
export interface Program {
  readonly isExpression: boolean;
  readonly uses: readonly Use[];
  render(names: Names): string;
  evaluate(names: Names): Value;
}

/** Compiles a checked parse tree. Throws TEMPLATE_SYNTAX for names that do not exist. */
export function makeProgram(body: Body, level: TemplateLevel): Program {
  const layout: Layout = { size: 0 };
  const compiler: Compiler = {
    library,
    scope: innerScope(undefined, layout),
    outside: new Map(),
    uses: [],
    ownNames: new Set(),
  };
  const only = onlyExpression(body);
  const execute = compileScoped(compiler, body, compiler.scope);
  const uses = [...compiler.uses];
  const evaluate: Evaluate | undefined = only && compileExpression(compiler, only);
  const render = (names: Names): string => {
    return guarded(startRun(names, compiler, level), (run) => {
      execute(run);
      return run.out;
    });
  };
  return {
    isExpression: only !== undefined,
    uses,
    render,
    evaluate: (names) => {
      if (evaluate === undefined || only === undefined) return render(names);
      return guarded(startRun(names, compiler, level), (run) => {
        const datum = evaluate(run);
        run.at = only;
        return leave(run, datum);
      });
    },
  };
}

/** The tables are the same for every template and never change. */
const library: Library = makeLibrary();

/** The expression of a template that holds nothing else but whitespace around it. */
function onlyExpression(body: Body): Expression | undefined {
  const rest = body.filter(
    (statement) => statement.kind !== 'text' || statement.text.trim() !== '',
  );
  const [only] = rest;
  if (only === undefined || rest.length > 1 || only.kind !== 'print' || only.isTag)
    return undefined;
  return only.values[0];
}

function startRun(names: Names, compiler: Compiler, level: TemplateLevel): Run {
  const factor = level === 'unsafe' ? TEMPLATE_LIMITS.unsafeFactor : 1;
  const given = { steps: TEMPLATE_LIMITS.steps * factor, bytes: TEMPLATE_LIMITS.bytes * factor };
  const run: Run = {
    stepsLeft: given.steps,
    bytesLeft: given.bytes,
    callsLeft: TEMPLATE_LIMITS.calls,
    out: '',
    body: '',
    frame: { values: [], outer: undefined },
    at: { line: 1, column: 1 },
    given,
    methods,
    outside: {
      values: [],
      read: (index, at) => readOutside(index, at),
      aliasOf: (name) => names.aliasOf?.(name),
    },
  };
  const outsideNames = [...compiler.outside.keys()];
  const readOutside = (index: number, at: At): Datum => {
    const name = outsideNames[index] ?? '';
    const { values }: Outside = run.outside;
    const known = values[index];
    if (known !== undefined) return known;
    const value = names.get(name);
    const found: Datum | undefined = value === undefined ? functionNamed(run, name) : value;
    if (found === undefined) return new Undefined(() => explain(names, compiler, name), at);
    values[index] = found;
    return found;
  };
  return run;
}

function functionNamed(run: Run, name: string): Gadget | undefined {
  const callable = library.functions.get(name);
  if (callable === undefined) return undefined;
  return new Gadget(`the function '${name}'`, {
    remedy: `Call it: ${name}(...).`,
    call: (given) => callable.call(run, given),
  });
}

/** Why an outside name is not there, and which name may be meant. */
function explain(names: Names, compiler: Compiler, name: string): Explanation {
  const why = names.whyMissing?.(name);
  const message = `${quoted(name)} is not defined${why === undefined ? '' : `: ${why}`}`;
  const reason = LEFT_OUT.get(name);
  if (reason !== undefined) return { message, remedy: reason };
  const known = [...(names.all?.() ?? []), ...compiler.ownNames, ...library.functions.keys()];
  const near = nearest(name, new Set(known.filter((each) => each !== name)));
  return near === undefined ? { message } : { message, remedy: `Did you mean '${near}'?` };
}

/** Runs out of the engine's own stack or text length are the template's doing, and named so. */
function guarded<Result>(run: Run, work: (run: Run) => Result): Result {
  try {
    return work(run);
  } catch (error) {
    if (error instanceof AppError || !(error instanceof RangeError)) throw error;
    throw refusal('TEMPLATE_FUEL', run.at, {
      message: 'the template nests its work too deeply',
      remedy: 'Make macros and expressions less deep.',
      cause: error,
    });
  }
}
