import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * A log file that never grows beyond twice its bound: when it is full it becomes `<file>.1`, in the
 * place of the one before. Written at once, so that nothing is lost and nothing waits in memory.
 */
export class BoundedLog {
  readonly #path: string;
  readonly #bytesMax: number;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string, bytesMax: number) {
    this.#path = path;
    this.#bytesMax = bytesMax;
  }

  /** Never throws: a full disk must not end the server for the sake of a log. */
  write(text: string): void {
    try {
      if (this.#file === undefined) this.#open();
      if (this.#bytes >= this.#bytesMax) this.#rotate();
      if (this.#file !== undefined) this.#bytes += writeSync(this.#file, text);
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    closeSync(file);
  }

  #open(): void {
    this.#file = this.#openFile();
    this.#bytes = fstatSync(this.#file).size;
  }

  #openFile(): number {
    try {
      return openSync(this.#path, 'a', 0o600);
    } catch {
      // A run as root may have left one that we may not write, in a folder that is ours.
      renameSync(this.#path, `${this.#path}.1`);
      return openSync(this.#path, 'a', 0o600);
    }
  }

  #rotate(): void {
    this.close();
    renameSync(this.#path, `${this.#path}.1`);
    this.#open();
  }
}
