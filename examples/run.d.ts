export interface ExampleResult {
  readonly name: string;
  readonly title: string;
  readonly exit: number | null;
  readonly document: {
    readonly status: string;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly error?: unknown;
  };
  readonly expected: unknown;
  readonly isAsExpected: boolean;
  readonly commandLine: string;
}
export function exampleNames(): string[];
export function runExample(name: string): Promise<ExampleResult>;
