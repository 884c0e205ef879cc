export type { CodeRunner, SyntaxProblem } from './code-runner.ts';
export { type JavascriptPoolOptions, javascriptPool } from './javascript-pool.ts';
