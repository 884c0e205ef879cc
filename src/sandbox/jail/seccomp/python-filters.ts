import { assert } from '../../../base/index.ts';
import { architectureOf } from './architecture.ts';
import { compileFilter } from './compile-filter.ts';
import { PYTHON_CHILD_POLICY, PYTHON_CHILD_READING_POLICY } from './policies.ts';

export interface PythonFilters {
  /** For code that finds all its modules loaded: `/app/child.bpf` inside. */
  readonly child: Buffer;
  /** For code that may load modules while it runs: `/app/child-reading.bpf` inside. */
  readonly childReading: Buffer;
}

/** What a Python child locks itself up with, compiled for the processor of this machine. */
export function pythonFilters(name: string = process.arch): PythonFilters {
  const architecture = architectureOf(name);
  assert(architecture !== undefined, 'filters are compiled for processors that findJail knows');
  return {
    child: compileFilter(PYTHON_CHILD_POLICY, architecture),
    childReading: compileFilter(PYTHON_CHILD_READING_POLICY, architecture),
  };
}
