import type { Terminal } from './terminal.ts';

/** A terminal that keeps what was written; for tests. */
export function fakeTerminal(
  shape: Partial<Pick<Terminal, 'isScreen' | 'hasColour' | 'columns' | 'rows'>> = {},
): Terminal & { readonly written: { out: string; err: string } } {
  const written = { out: '', err: '' };
  return {
    written,
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    isScreen: shape.isScreen ?? false,
    hasColour: shape.hasColour ?? false,
    columns: shape.columns ?? 80,
    rows: shape.rows ?? 24,
  };
}
