/** The jail of the kernel around each process that runs code, where the machine can make one. */
export { findJail, type JailAbsence, type JailOptions } from './find-jail.ts';
export { javascriptProgram } from './javascript-program.ts';
export { NO_ANSWER, outcomeOf, type SelfTestOutcome } from './outcome.ts';
export { type Ending, runOnce } from './run-once.ts';
export { type PythonFilters, pythonFilters } from './seccomp/index.ts';
export { selfTest } from './self-test.ts';
