import { ACCESS_LIMITS } from '../../../base/index.ts';
import type { Handler } from '../../call.ts';
import { executionFor } from '../flow-of.ts';
import { isoTime } from '../flow-view.ts';
import type { HandlerOptions } from '../handler-options.ts';

/**
 * Threat: a browser cannot send headers with a WebSocket, and a token in its address ends up in
 * logs. A ticket opens one socket, once, within ACCESS_LIMITS.ticketMs, and only the one that it
 * was made for; who asked for it is judged again when it is used.
 */
export function ticketHandler(options: HandlerOptions): Handler<'openSocketTicket'> {
  const { store, auth, clock } = options;
  return async (call) => {
    const { principal, body } = call;
    const { executionId } = body;
    const asked = { principal, params: { id: executionId ?? '' } };
    const execution =
      executionId === undefined ? undefined : (await executionFor(store, asked, 'view')).id;
    const { token, hash: tokenHash } = auth.makeToken();
    const at = clock.now();
    const expiresAt = at + ACCESS_LIMITS.ticketMs;
    await store.account(principal.account).tickets.create({
      principal: principal.id,
      tokenHash,
      at,
      expiresAt,
      ...(principal.session === undefined ? {} : { session: principal.session }),
      ...(execution === undefined ? {} : { execution }),
    });
    const text = JSON.stringify({ ticket: token, expiresAt: isoTime(expiresAt) });
    return { status: 201, text, headers: { 'cache-control': 'no-store' } };
  };
}
