import { syntaxError, type Target } from '../syntax/index.ts';
import { typeError } from '../values/failure.ts';
import { iterate } from '../values/iterate.ts';
import { type Datum, Gadget } from '../values/special.ts';
import { compileName } from './compile-access.ts';
import type { Compiler } from './compiler.ts';
import type { Run } from './run.ts';
import { declare, type Scope, slotToWrite } from './scope.ts';

export type Assign = (run: Run, datum: Datum) => void;

/** What `set` does: writes hoisted variables, or a field of a namespace. */
export function compileTarget(compiler: Compiler, target: Target): Assign {
  if (target.kind === 'name') {
    compiler.ownNames.add(target.name);
    return writeTo(slotToWrite(compiler.scope, target.name));
  }
  if (target.kind === 'tuple') {
    return unpack(target.items.map((item) => compileTarget(compiler, item)));
  }
  const read = compileName(compiler, { ...target, kind: 'name', height: 1 });
  const { field, name } = target;
  return (run, datum) => {
    const object = read(run);
    const assign = object instanceof Gadget ? object.abilities.assign : undefined;
    if (assign === undefined) {
      const remedy = `Write {% set ${name} = namespace() %} first.`;
      throw typeError(run, `'${name}' is no namespace, so it has no fields to set`, remedy);
    }
    assign(field, datum);
  };
}

/** What `for` and `with` do: declare variables of their block. */
export function compileBind(scope: Scope, target: Target): Assign {
  if (target.kind === 'name') return writeTo(declare(scope, target.name));
  if (target.kind === 'tuple') return unpack(target.items.map((item) => compileBind(scope, item)));
  throw syntaxError(target, 'only {% set %} can write a field of a namespace');
}

function writeTo(slot: number): Assign {
  return (run, datum) => {
    run.frame.values[slot] = datum;
  };
}

function unpack(parts: readonly Assign[]): Assign {
  return (run, datum) => {
    const items = iterate(run, datum);
    if (items.length !== parts.length) {
      const message = `cannot unpack ${items.length} values into ${parts.length} names`;
      throw typeError(run, message, 'Use as many names as there are values.');
    }
    for (let index = 0; index < parts.length; index += 1) {
      parts[index]?.(run, items[index] ?? null);
    }
  };
}
