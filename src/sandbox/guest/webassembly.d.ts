/** More of WebAssembly than ../webassembly.d.ts names: what the guest's own files use. */
declare namespace WebAssembly {
  interface Memory {
    /** Takes so many pages more, or throws where that is over the maximum. */
    grow(pages: number): number;
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, object>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
