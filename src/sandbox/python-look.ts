/** What a Python told of itself; python/look.py writes it. */
export interface Look {
  /** Such as `cpython`. */
  readonly implementation: string;
  /** Such as `3.11.2`. */
  readonly version: string;
  /** Links resolved. */
  readonly executable: string;
  /** Files and folders that it reads for an image. */
  readonly reads: readonly string[];
  /** Where packages are found. */
  readonly folders: readonly string[];
  /** Packages of tables and numbers that are installed, with versions. */
  readonly modules: Readonly<Record<string, string>>;
}

/** Reads the last line that was printed; undefined where it is not of the shape. Pure. */
export function readLook(printed: string): Look | undefined {
  let data: unknown;
  try {
    data = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
  if (typeof data !== 'object' || data === null) return undefined;
  const { implementation, version, executable, reads, folders, modules } = data as Record<
    string,
    unknown
  >;
  const isWhole =
    typeof implementation === 'string' &&
    typeof version === 'string' &&
    typeof executable === 'string' &&
    areTexts(reads) &&
    areTexts(folders) &&
    isMapOfTexts(modules);
  return isWhole ? { implementation, version, executable, reads, folders, modules } : undefined;
}

function areTexts(data: unknown): data is readonly string[] {
  return Array.isArray(data) && data.every((item) => typeof item === 'string');
}

function isMapOfTexts(data: unknown): data is Readonly<Record<string, string>> {
  return typeof data === 'object' && data !== null && areTexts(Object.values(data));
}
