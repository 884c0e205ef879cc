import { CLIENT_LIMITS } from '../../base/index.ts';
import { notUnderstood } from './answer.ts';

/** One block of a stream of server-sent events, as it was sent. */
export interface ServerSent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  /** Milliseconds. */
  readonly retry?: number;
  readonly comment?: string;
}

/**
 * Reads the event stream format (WHATWG HTML, 9.2.6), whose pieces may be divided anywhere. Blocks
 * without data are given too, because a heartbeat is one. A block that the stream's end cuts off is
 * dropped, as the standard says. SERVER_ANSWER for a block beyond CLIENT_LIMITS.eventCharacters.
 */
export async function* readServerSent(
  pieces: AsyncIterable<string>,
  charactersMax: number = CLIENT_LIMITS.eventCharacters,
): AsyncGenerator<ServerSent, void, undefined> {
  let block = new Block();
  let characters = 0;
  for await (const line of linesOf(pieces, charactersMax)) {
    characters += line.length;
    if (characters > charactersMax) throw tooLong();
    if (line !== '') {
      block.add(line);
      continue;
    }
    if (!block.isEmpty) yield block.message();
    block = new Block();
    characters = 0;
  }
}

/** Lines end with CR, LF or both; a CR that ends a piece may be half of a pair. */
async function* linesOf(
  pieces: AsyncIterable<string>,
  charactersMax: number,
): AsyncGenerator<string, void, undefined> {
  const begun: string[] = [];
  let characters = 0;
  let isAfterReturn = false;
  let isFirst = true;
  for await (const piece of pieces) {
    if (piece === '') continue;
    let text = isFirst && piece.startsWith('\uFEFF') ? piece.slice(1) : piece;
    isFirst = false;
    if (isAfterReturn && text.startsWith('\n')) text = text.slice(1);
    isAfterReturn = piece.endsWith('\r');
    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      yield begun.join('') + line;
      begun.length = 0;
      characters = 0;
    }
    begun.push(rest);
    characters += rest.length;
    if (characters > charactersMax) throw tooLong();
  }
}

class Block {
  readonly #data: string[] = [];
  readonly #fields: { id?: string; event?: string; retry?: number; comment?: string } = {};
  isEmpty = true;

  add(line: string): void {
    this.isEmpty = false;
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const raw = colon === -1 ? '' : line.slice(colon + 1);
    const value = raw.startsWith(' ') ? raw.slice(1) : raw;
    if (name === '') this.#fields.comment = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#fields.event = value;
    else if (name === 'id' && !value.includes('\0')) this.#fields.id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) this.#fields.retry = Number(value);
  }

  message(): ServerSent {
    if (this.#data.length === 0) return this.#fields;
    return { ...this.#fields, data: this.#data.join('\n') };
  }
}

function tooLong() {
  return notUnderstood('the server sent an event that is too long');
}
