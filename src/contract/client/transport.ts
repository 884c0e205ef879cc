/** One request, complete: the transport adds nothing to it and follows no redirect. */
export interface TransportRequest {
  readonly method: string;
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface TransportAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * The body as text, in pieces as they arrive; to be taken once. Leaving the loop early ends the
   * connection. There is no way to the whole text at once, because whoever reads must count.
   */
  stream(): AsyncIterable<string>;
}

/**
 * How a client reaches its server; handed in, so that the client opens nothing itself. Rejects
 * when there is no answer.
 */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

/** The part of the Fetch standard that a transport needs. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly redirect: 'manual';
    readonly cache: 'no-store';
    readonly body?: string;
    readonly signal?: AbortSignal;
  },
) => Promise<FetchedAnswer>;

interface FetchedAnswer {
  readonly status: number;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void };
  readonly body: { getReader(): BodyReader } | null;
}

interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<void>;
}

/**
 * A transport over the `fetch` of a browser or of Node, which is handed in. Redirects are given as
 * they are, so that a key never travels to where nobody meant to send it.
 */
export function transportOver(send: FetchLike): Transport {
  return async ({ method, url, headers, body, signal }) => {
    const answer = await send(url, {
      method,
      headers: { ...headers },
      redirect: 'manual',
      cache: 'no-store',
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    const names: Record<string, string> = {};
    answer.headers.forEach((value, name) => {
      names[name.toLowerCase()] = value;
    });
    return { status: answer.status, headers: names, stream: () => textOf(answer.body) };
  };
}

async function* textOf(body: FetchedAnswer['body']): AsyncGenerator<string, void, undefined> {
  if (body === null) return;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let isDone = false;
  try {
    while (!isDone) {
      const { done, value } = await reader.read();
      isDone = done;
      const text = decoder.decode(value ?? new Uint8Array(), { stream: !done });
      if (text !== '') yield text;
    }
  } finally {
    // Whoever leaves early frees the connection; that it may be broken already is no news.
    if (!isDone) await reader.cancel().catch(() => {});
  }
}
