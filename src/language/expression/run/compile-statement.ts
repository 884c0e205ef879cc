import type { Body, Expression, Statement, StatementOf } from '../syntax/index.ts';
import { isTrue } from '../values/kinds.ts';
import { textOf } from '../values/text.ts';
import { compileExpression } from './compile-expression.ts';
import { compileFor } from './compile-for.ts';
import { compileCallBlock, compileMacro } from './compile-macro.ts';
import { compileBind, compileTarget } from './compile-target.ts';
import type { Compiler, Evaluate, Execute } from './compiler.ts';
import { capture, outOfSteps, type Run, spendBytes, spendSteps } from './run.ts';
import { clear, hoist, innerScope, type Scope } from './scope.ts';

/** Compiles statements into one function. Each pays a step when it runs. */
export function compileBody(compiler: Compiler, body: Body): Execute {
  const parts = body.flatMap((statement) => compileStatement(compiler, statement) ?? []);
  const [first, second] = parts;
  if (first === undefined) return () => {};
  if (second === undefined) return first;
  return (run) => {
    for (const part of parts) part(run);
  };
}

/** Compiles statements in a scope of their own; the names they set are gone afterwards. */
export function compileScoped(compiler: Compiler, body: Body, scope: Scope): Execute {
  const outer = compiler.scope;
  compiler.scope = scope;
  const slots = hoist(scope, body);
  const execute = compileBody(compiler, body);
  compiler.scope = outer;
  if (slots.length === 0) return execute;
  return (run) => {
    clear(run, slots);
    execute(run);
  };
}

function compileStatement(compiler: Compiler, statement: Statement): Execute | undefined {
  switch (statement.kind) {
    case 'comment':
    case 'raw':
      return undefined;
    case 'text':
      return compileText(statement.text);
    case 'print':
      return compilePrint(compiler, statement);
    case 'if':
      return compileIf(compiler, statement);
    case 'for':
      return compileFor(compiler, statement);
    case 'set':
      return compileSet(compiler, statement);
    case 'set block':
      return compileSetBlock(compiler, statement);
    case 'with':
      return compileWith(compiler, statement);
    case 'macro':
      return compileMacro(compiler, statement);
    case 'call block':
      return compileCallBlock(compiler, statement);
    case 'filter block':
      return compileFilterBlock(compiler, statement);
  }
}

function compileText(text: string): Execute {
  const { length } = text;
  return (run) => {
    spendBytes(run, length);
    run.out += text;
  };
}

/** Writes the text of a value. */
export function write(run: Run, text: string): void {
  spendBytes(run, text.length);
  run.out += text;
}

function compilePrint(compiler: Compiler, statement: StatementOf<'print'>): Execute {
  const values = statement.values.map((value) => compileExpression(compiler, value));
  const [only] = values;
  if (only === undefined || values.length > 1) {
    return (run) => {
      for (const value of values) printValue(run, statement, value);
    };
  }
  return (run) => {
    run.stepsLeft -= 1;
    if (run.stepsLeft < 0) throw outOfSteps(run);
    printValue(run, statement, only);
  };
}

function printValue(run: Run, statement: Statement, value: Evaluate): void {
  const datum = value(run);
  if (typeof datum === 'string') {
    write(run, datum);
    return;
  }
  run.at = statement;
  write(run, textOf(run, datum));
}

function compileIf(compiler: Compiler, statement: StatementOf<'if'>): Execute {
  const branches = statement.branches.map((branch) => ({
    test: compileExpression(compiler, branch.test),
    at: branch.test,
    body: compileBody(compiler, branch.body),
  }));
  const otherwise = compileBody(compiler, statement.otherwise);
  return (run) => {
    for (const { test, at, body } of branches) {
      run.stepsLeft -= 1;
      if (run.stepsLeft < 0) throw outOfSteps(run);
      const value = test(run);
      run.at = at;
      if (isTrue(run, value)) {
        body(run);
        return;
      }
    }
    otherwise(run);
  };
}

function compileSet(compiler: Compiler, statement: StatementOf<'set'>): Execute {
  const value = compileExpression(compiler, statement.value);
  const assign = compileTarget(compiler, statement.target);
  return (run) => {
    spendSteps(run, 1);
    const datum = value(run);
    run.at = statement;
    assign(run, datum);
  };
}

function compileSetBlock(compiler: Compiler, statement: StatementOf<'set block'>): Execute {
  const scope = innerScope(compiler.scope, compiler.scope.layout);
  const body = compileScoped(compiler, statement.body, scope);
  const filter = compileBodyFilter(compiler, statement.filter, scope);
  const assign = compileTarget(compiler, statement.target);
  return (run) => {
    spendSteps(run, 1);
    const text = capture(run, body);
    const datum = filter(run, text);
    run.at = statement;
    assign(run, datum);
  };
}

/** The filters of a block over its text; without any, the text itself. */
function compileBodyFilter(compiler: Compiler, filter: Expression | undefined, scope: Scope) {
  if (filter === undefined) return (_run: Run, text: string) => text;
  const outer = compiler.scope;
  compiler.scope = scope;
  const evaluate = compileExpression(compiler, filter);
  compiler.scope = outer;
  return (run: Run, text: string) => {
    run.body = text;
    return evaluate(run);
  };
}

function compileWith(compiler: Compiler, statement: StatementOf<'with'>): Execute {
  const values = statement.bindings.map(({ value }) => compileExpression(compiler, value));
  const scope = innerScope(compiler.scope, compiler.scope.layout);
  const binds = statement.bindings.map(({ target }) => compileBind(scope, target));
  const body = compileScoped(compiler, statement.body, scope);
  return (run) => {
    spendSteps(run, 1);
    const data = values.map((value) => value(run));
    run.at = statement;
    for (let index = 0; index < binds.length; index += 1) binds[index]?.(run, data[index] ?? null);
    body(run);
  };
}

function compileFilterBlock(compiler: Compiler, statement: StatementOf<'filter block'>): Execute {
  const scope = innerScope(compiler.scope, compiler.scope.layout);
  const body = compileScoped(compiler, statement.body, scope);
  const filter = compileBodyFilter(compiler, statement.filter, scope);
  return (run) => {
    spendSteps(run, 1);
    const datum = filter(run, capture(run, body));
    run.at = statement;
    write(run, textOf(run, datum));
  };
}
