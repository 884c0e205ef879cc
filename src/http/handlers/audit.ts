import type { AuditEntry, AuditFilter } from '../../store/index.ts';
import type { Call, Handlers } from '../call.ts';
import { auditOf } from './audit-of.ts';
import { isoTime } from './flow-view.ts';
import type { HandlerOptions } from './handler-options.ts';
import { pageOfQuery, pageText } from './paging.ts';

type AuditHandlers = Pick<Handlers, 'listAudit' | 'verifyAudit' | 'exportAudit'>;
type AuditCall = Call<'listAudit'> | Call<'verifyAudit'> | Call<'exportAudit'>;

/** The audit rows of an account. That they are read is recorded too, before they are sent. */
export function auditHandlers({
  store,
  audit,
  clock,
}: Pick<HandlerOptions, 'store' | 'audit' | 'clock'>): AuditHandlers {
  const record = async (call: AuditCall, action: string, details: AuditEntry['details']) => {
    const { account } = call.principal;
    const target = { targetKind: 'audit', targetId: account, ...(details && { details }) };
    const entry = auditOf(call, { at: clock.now(), action, ...target });
    await store.account(account).audit.append(entry);
  };
  const observe = ({ principal, address }: AuditCall, count: number) => {
    const { account, id: actor } = principal;
    if (count > 0) audit.observe({ kind: 'read', account, actor, address, count });
  };
  return {
    listAudit: async (call) => {
      const { query } = call;
      const filter = auditFilter(query);
      const page = await store
        .account(call.principal.account)
        .audit.list(filter, pageOfQuery(query));
      await record(call, 'audit.read', { records: page.items.length, filter });
      observe(call, page.items.length);
      const items = page.items.map(({ at, ...row }) => ({ ...row, at: isoTime(at) }));
      return { status: 200, text: pageText(items, page.nextCursor), headers: NOT_STORED };
    },
    verifyAudit: async (call) => {
      const report = await audit.verify(call.principal.account);
      const { isIntact, checked, firstBad } = report;
      await record(call, 'audit.verify', { isIntact, checked, ...(firstBad && { firstBad }) });
      return { status: 200, text: JSON.stringify(report), headers: NOT_STORED };
    },
    exportAudit: async (call) => {
      const { afterSequence } = call.query;
      const text = await audit.export(call.principal.account, afterSequence);
      const lines = text.split('\n').length - 1;
      await record(call, 'audit.export', { afterSequence, lines });
      observe(call, lines);
      return { status: 200, text, mediaType: 'application/x-ndjson', headers: NOT_STORED };
    },
  };
}

const NOT_STORED = { 'cache-control': 'no-store' } as const;

function auditFilter(query: Call<'listAudit'>['query']): AuditFilter {
  const { actor, action, targetKind, targetId, outcome, address, from, to } = query;
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(action === undefined ? {} : { action }),
    ...(targetKind === undefined ? {} : { targetKind }),
    ...(targetId === undefined ? {} : { targetId }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(address === undefined ? {} : { address }),
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}
