import type { Capabilities } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';

/**
 * Capabilities that touch nothing, for tests: files lie in a map, every request is answered with a
 * small JSON document, and code gives the names it was handed.
 */
export function stubCapabilities(
  files: Map<string, Uint8Array> = new Map([['data/people.json', bytes('[{"name":"Ada"}]')]]),
): Capabilities {
  const read = async (path: string) => {
    const data = files.get(path);
    if (data !== undefined) return data;
    throw new AppError('PATH_NOT_FOUND', { message: `${path} is not there` });
  };
  return {
    files: {
      read,
      async *stream(path) {
        yield await read(path);
      },
      write: async (path, data) => {
        files.set(path, data);
        return data.length;
      },
      glob: async () => [...files.keys()].sort(),
    },
    http: {
      request: async ({ url, signal }) => {
        signal.throwIfAborted();
        const headers = { 'content-type': 'application/json' };
        return { status: 200, headers, body: bytes('{"ok":true}'), url };
      },
    },
    code: {
      javascript: async ({ names, signal }) => {
        signal.throwIfAborted();
        return { value: names, logs: [] };
      },
      python: async ({ names, signal }) => {
        signal.throwIfAborted();
        return { value: names, logs: [] };
      },
    },
  };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
