/** Filters of system calls: what each process of the sandbox may ask the kernel for. */
export { type Architecture, architectureOf } from './architecture.ts';
export { compileFilter } from './compile-filter.ts';
export { JAVASCRIPT_POLICY, PYTHON_SERVER_POLICY } from './policies.ts';
export type { Condition, Policy, Rule } from './policy.ts';
export { type PythonFilters, pythonFilters } from './python-filters.ts';
