/** One file of the repository; `path` is from its root, with slashes. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** One broken rule at one place. `message` says what is wrong and what to do. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** `src/a.ts:3 rule: message`, as a test shows it. */
export function showFinding({ path, line, rule, message }: Finding): string {
  return `${path}:${line} ${rule}: ${message}`;
}

/** True for our code in TypeScript or JavaScript; declarations alone are no code. */
export function isCode(path: string): boolean {
  return /\.(?:ts|js|mjs)$/.test(path) && !path.endsWith('.d.ts');
}

/** True for files that only run under vitest: tests, and all below test/. */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('test/');
}
