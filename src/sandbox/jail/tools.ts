import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/** Where tools are looked for; never on a PATH, which whoever starts the server may have set. */
export const TOOL_FOLDERS: readonly string[] = ['/usr/bin', '/usr/local/bin', '/bin'];

/** The first of the folders that has the program; undefined where none has. */
export function findTool(name: string, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
