import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type AccountId, AUDIT_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import type { Sink } from './copy-out.ts';

/** The last line of an account. */
interface Written {
  readonly sequence: number;
  readonly isCheckpoint: boolean;
}

/**
 * A file that gets each line once, for its owner alone (mode 0600 where it is made here). The file
 * itself says how far it has come, so a crash loses nothing: what it left of a line is cut off, and
 * the rest follows. A file that was moved away is begun anew, with all that the database has. Each
 * process needs a file of its own.
 */
export function fileSink(path: string): Sink {
  let opened: OpenedFile | undefined;
  return {
    name: 'file',
    take: async (account, read) => {
      if (opened !== undefined && !(await isStillThere(opened, path))) {
        await opened.handle.close();
        opened = undefined;
      }
      opened ??= await openFile(path);
      const { written } = opened;
      const before = written.get(account) ?? { sequence: 0, isCheckpoint: true };
      const { sequence: after, isCheckpoint } = before;
      const limit = AUDIT_LIMITS.sealRecords;
      const stretch = await read({ after, limit, isUnsigned: !isCheckpoint });
      if (stretch.text !== '') await append(opened, stretch.text);
      // Its checkpoint, where it has one, is in the stretch.
      written.set(account, { sequence: stretch.upTo, isCheckpoint: true });
      return stretch.upTo;
    },
    close: async () => {
      await opened?.handle.close();
      opened = undefined;
    },
  };
}

interface OpenedFile {
  readonly handle: FileHandle;
  readonly inode: number;
  readonly written: Map<AccountId, Written>;
  bytes: number;
}

async function openFile(path: string): Promise<OpenedFile> {
  const handle = await open(path, 'a+', 0o600).catch((cause: unknown) => {
    const message = 'AUDIT_COPY cannot be opened';
    throw new AppError('FILE_NOT_WRITTEN', { message, cause });
  });
  try {
    const { written, bytes } = await readBack(path);
    const { size, ino: inode } = await handle.stat();
    if (size > bytes) await handle.truncate(bytes);
    return { handle, inode, written, bytes };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Of lines that we wrote; others are passed over, and found when the copy is verified. */
const HEAD = /^\{"kind":"(record|checkpoint)","account":("(?:[^"\\]|\\.)*"),"sequence":(\d{1,10}),/;

/** How far each account has come, and where the last whole line ends. Linear in the file. */
async function readBack(path: string): Promise<Pick<OpenedFile, 'written' | 'bytes'>> {
  const written = new Map<AccountId, Written>();
  let bytes = 0;
  let unended: Buffer = Buffer.alloc(0);
  for await (const block of createReadStream(path)) {
    const text: Buffer = Buffer.concat([unended, block as Buffer]); // Without an encoding.
    const end = text.lastIndexOf(0x0a) + 1;
    for (const line of text.toString('utf8', 0, end).split('\n')) {
      const [, kind, account, sequence] = HEAD.exec(line) ?? [];
      if (account === undefined) continue;
      const place = { sequence: Number(sequence), isCheckpoint: kind === 'checkpoint' };
      written.set(JSON.parse(account) as AccountId, place);
    }
    bytes += end;
    unended = text.subarray(end);
    if (unended.length > AUDIT_LIMITS.lineBytes) {
      throw new AppError('FILE_NOT_WRITTEN', { message: 'AUDIT_COPY holds what is no copy' });
    }
  }
  return { written, bytes };
}

async function append(file: OpenedFile, text: string): Promise<void> {
  try {
    await file.handle.appendFile(text);
    await file.handle.datasync();
    file.bytes += Buffer.byteLength(text);
  } catch (cause) {
    // What was written of it must not stand before its repetition.
    await file.handle.truncate(file.bytes).catch(() => undefined);
    throw new AppError('FILE_NOT_WRITTEN', { message: 'AUDIT_COPY cannot be written', cause });
  }
}

async function isStillThere({ inode, bytes }: OpenedFile, path: string): Promise<boolean> {
  try {
    const { ino, size } = await stat(path);
    return ino === inode && size === bytes;
  } catch {
    // Moved or removed.
    return false;
  }
}

/** The lines of a copy. Errors: FILE_NOT_FOUND. */
export async function* copyLines(path: string): AsyncGenerator<string> {
  const input = createReadStream(path, 'utf8');
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    throw new AppError('FILE_NOT_FOUND', { message: 'the copy cannot be read', cause });
  } finally {
    input.destroy();
  }
}
