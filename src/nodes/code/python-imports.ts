import type { ParsedPython } from './python-syntax.ts';

export interface PythonImport {
  /** With dots, as written; '' where it is relative. */
  readonly module: string;
  /** Where the module is named, an offset into the code. */
  readonly at: number;
  readonly kind: 'module' | 'star' | 'relative';
}

type Tree = NonNullable<ParsedPython['tree']>;
type Node = Tree['topNode'];

/** Every module that an import statement of the code names, in order. */
export function importsOf(code: string, tree: Tree): readonly PythonImport[] {
  const found: PythonImport[] = [];
  tree.iterate({
    enter: ({ name, node }) => {
      if (name !== 'ImportStatement') return true;
      found.push(...importsIn(code, node));
      return false;
    },
  });
  return found;
}

function importsIn(code: string, statement: Node): readonly PythonImport[] {
  const isFrom = statement.firstChild?.name === 'from';
  const modules: PythonImport[] = [];
  let module = '';
  let at: number | undefined;
  const end = () => {
    if (module !== '') modules.push({ module, at: at ?? statement.from, kind: 'module' });
    [module, at] = ['', undefined];
  };
  let isAlias = false;
  for (let part = statement.firstChild?.nextSibling; part; part = part.nextSibling) {
    if (isFrom && part.name === 'import') {
      end();
      const isStar = part.nextSibling?.name === '*';
      return isStar ? modules.map((one) => ({ ...one, kind: 'star' as const })) : modules;
    }
    if (part.name === ',') {
      end();
      isAlias = false;
    } else if (part.name === 'as') isAlias = true;
    else if (isFrom && module === '' && (part.name === '.' || part.name === 'Ellipsis')) {
      return [{ module: '', at: part.from, kind: 'relative' }];
    } else if (!isAlias && (part.name === 'VariableName' || part.name === '.')) {
      at ??= part.from;
      module += code.slice(part.from, part.to);
    }
  }
  end();
  return modules;
}
