import { AUDIT_LIMITS, type Clock } from '../base/index.ts';
import { hmacSha256Hex } from '../crypto/index.ts';
import { AppError } from '../errors/index.ts';
import { type GuardedHttp, guardedHttp } from '../guard/index.ts';

/** An address of the operator that is told things by POST. */
export interface Webhook {
  /** Resolves after a status of 200 to 299. Errors: HTTP_FAILED and those of the egress guard. */
  post(body: string, mediaType: string): Promise<void>;
  /** Ends what is being sent. */
  close(): Promise<void>;
}

export interface WebhookOptions {
  /** A user and a password in it are sent as HTTP Basic. */
  readonly url: string;
  /** Hex; see `SealKeys.webhookKey`. */
  readonly key: string;
  readonly clock: Pick<Clock, 'now'>;
  /** For tests. */
  readonly http?: GuardedHttp;
}

/**
 * Posts go through the egress guard like all others; the operator named this very host and port, so
 * it may be private. Each is signed over its time and body, so that a receiver can tell ours from
 * others and from repetitions. Redirects are not followed.
 */
export function openWebhook({ url, key, clock, ...own }: WebhookOptions): Webhook {
  const target = new URL(url);
  const authorization = basicOf(target);
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  const http = own.http ?? guardedHttp({ allow: [`${target.hostname}:${port}`] });
  const ending = new AbortController();
  return {
    post: async (body, mediaType) => {
      const { status } = await http.request({
        method: 'POST',
        url: target.href,
        headers: {
          'content-type': mediaType,
          'x-sluice-signature': signatureOf(body, { key, at: clock.now() }),
          ...(authorization === undefined ? {} : { authorization }),
        },
        body,
        timeoutMs: AUDIT_LIMITS.webhookMs,
        redirects: 0,
        signal: ending.signal,
      });
      if (status >= 200 && status < 300) return;
      throw new AppError('HTTP_FAILED', { message: `the receiver answered ${status}` });
    },
    close: async () => {
      ending.abort();
      await http.close();
    },
  };
}

/** The value of X-Sluice-Signature: `t=<ms>,v1=<HMAC-SHA-256 of "<ms>.<body>", hex>`. */
export function signatureOf(
  body: string,
  { key, at }: { readonly key: string; readonly at: number },
): string {
  return `t=${at},v1=${hmacSha256Hex(Buffer.from(key, 'hex'), `${at}.${body}`)}`;
}

/** Takes user and password out of the URL, where they would end in messages. */
function basicOf(url: URL): string | undefined {
  const { username, password } = url;
  if (username === '' && password === '') return undefined;
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}
