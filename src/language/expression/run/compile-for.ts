import { type Statement, type StatementOf, syntaxError, type Target } from '../syntax/index.ts';
import { iterate } from '../values/iterate.ts';
import { isTrue } from '../values/kinds.ts';
import type { Datum } from '../values/special.ts';
import { compileExpression } from './compile-expression.ts';
import { compileScoped, write } from './compile-statement.ts';
import { type Assign, compileBind } from './compile-target.ts';
import type { Compiler, Evaluate, Execute } from './compiler.ts';
import { type Loop, loopVariable } from './loop.ts';
import { capture, type Run, spendItems, spendSteps, withFrame } from './run.ts';
import { declare, innerScope, type Scope } from './scope.ts';
import { bodiesOf, namesReadIn } from './walk.ts';

interface CompiledFor {
  readonly statement: StatementOf<'for'>;
  /** Writes the loop variables. */
  readonly bind: Assign;
  readonly filter: Evaluate | undefined;
  readonly body: Execute;
  readonly otherwise: Execute;
  /** The slot of `loop`, where the body reads it. */
  readonly loopSlot: number | undefined;
}

/** A loop; a recursive one has variables of its own at each depth. */
export function compileFor(compiler: Compiler, statement: StatementOf<'for'>): Execute {
  refuseLoopAsTarget(statement);
  const items = compileExpression(compiler, statement.items);
  if (statement.recursive) return compileRecursive(compiler, statement, items);
  const { scope } = compiler;
  const loop = compileParts(compiler, statement, innerScope(scope, scope.layout));
  return (run) => {
    spendSteps(run, 1);
    const source = items(run);
    run.at = statement;
    runLoop(run, loop, { items: iterate(run, source), depth: 0, again: undefined });
  };
}

function compileRecursive(
  compiler: Compiler,
  statement: StatementOf<'for'>,
  items: Evaluate,
): Execute {
  const layout = { size: 0 };
  const loop = compileParts(compiler, statement, innerScope(compiler.scope, layout));
  return (run) => {
    const outer = run.frame;
    const render = (source: Datum, depth: number): string => {
      const found = iterate(run, source);
      const frame = { values: [], outer };
      const again = (inner: Datum) => render(inner, depth + 1);
      return withFrame(run, frame, () => {
        return capture(run, () => runLoop(run, loop, { items: found, depth, again }));
      });
    };
    spendSteps(run, 1);
    const source = items(run);
    run.at = statement;
    write(run, render(source, 0));
  };
}

function compileParts(
  compiler: Compiler,
  statement: StatementOf<'for'>,
  scope: Scope,
): CompiledFor {
  const outer = compiler.scope;
  const bind = compileBind(scope, statement.target);
  // The filter sees the loop variables, but not `loop` nor what the body sets.
  compiler.scope = scope;
  const filter = statement.filter && compileExpression(compiler, statement.filter);
  compiler.scope = outer;
  const readsLoop = statement.recursive || namesReadIn(statement.body).has('loop');
  const loopSlot = readsLoop ? declare(scope, 'loop') : undefined;
  const body = compileScoped(compiler, statement.body, scope);
  const elseScope = innerScope(outer, scope.layout);
  const otherwise = compileScoped(compiler, statement.otherwise, elseScope);
  return { statement, bind, filter, body, otherwise, loopSlot };
}

interface LoopStart {
  readonly items: readonly Datum[];
  readonly depth: number;
  readonly again: ((items: Datum) => Datum) | undefined;
}

function runLoop(run: Run, compiled: CompiledFor, start: LoopStart): void {
  const { statement, bind, body, loopSlot } = compiled;
  const items = chooseItems(run, compiled, start.items);
  if (items.length === 0) {
    compiled.otherwise(run);
    return;
  }
  const { values } = run.frame;
  const { depth, again } = start;
  const loop: Loop = { run, at: statement, items, index: 0, depth, last: undefined, again };
  const variable = loopSlot === undefined ? undefined : loopVariable(loop);
  for (let index = 0; index < items.length; index += 1) {
    spendSteps(run, 1);
    loop.index = index;
    run.at = statement;
    // The index is within the items.
    bind(run, items[index] as Datum);
    if (loopSlot !== undefined) values[loopSlot] = variable;
    body(run);
  }
}

function chooseItems(run: Run, compiled: CompiledFor, items: readonly Datum[]): readonly Datum[] {
  const { filter, bind, statement } = compiled;
  if (filter === undefined) return items;
  spendItems(run, items.length);
  return items.filter((item) => {
    run.at = statement;
    bind(run, item);
    return isTrue(run, filter(run));
  });
}

/** `loop` is the loop's own variable: as in Jinja2, nothing inside a loop may assign it. */
function refuseLoopAsTarget(statement: Statement): void {
  for (const target of targetsOf(statement)) {
    if (namesTarget(target, 'loop')) {
      throw syntaxError(target, "'loop' cannot be assigned inside a loop", 'Choose another name.');
    }
  }
  for (const body of bodiesOf(statement)) body.forEach(refuseLoopAsTarget);
}

function targetsOf(statement: Statement): readonly Target[] {
  if (statement.kind === 'with') return statement.bindings.map((binding) => binding.target);
  if (statement.kind === 'for' || statement.kind === 'set' || statement.kind === 'set block') {
    return [statement.target];
  }
  return [];
}

function namesTarget(target: Target, name: string): boolean {
  if (target.kind === 'tuple') return target.items.some((item) => namesTarget(item, name));
  return target.kind === 'name' && target.name === name;
}
