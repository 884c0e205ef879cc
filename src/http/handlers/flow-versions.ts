import type { Principal } from '../../auth/index.ts';
import type { FlowAct } from '../../guard/index.ts';
import { flowTextAs } from '../../language/index.ts';
import type { FlowRecord, FlowVersionRecord } from '../../store/index.ts';
import type { Handlers } from '../call.ts';
import { flowFor } from './flow-of.ts';
import { draftOf } from './flow-source.ts';
import { versionView } from './flow-view.ts';
import { saveVersion } from './flows.ts';
import type { HandlerOptions } from './handler-options.ts';
import { noVersion } from './not-found.ts';
import { pageOfQuery, pageReply } from './paging.ts';

type FlowVersions = Pick<
  Handlers,
  'listFlowVersions' | 'readFlowVersion' | 'restoreFlowVersion' | 'exportFlow'
>;

/** The versions of a flow; none ever changes. */
export function flowVersionHandlers(options: HandlerOptions): FlowVersions {
  const { store, clock, compile } = options;
  return {
    listFlowVersions: async (call) => {
      const flow = await flowFor(store, call, 'view');
      const { flows } = store.account(call.principal.account);
      const page = await flows.versions(flow.id, pageOfQuery(call.query));
      return pageReply(page.items.map(versionView), page.nextCursor);
    },
    readFlowVersion: async (call) => {
      const { version } = await found(options, call, { act: 'view', number: call.params.version });
      const text = JSON.stringify({ ...versionView(version), source: version.source });
      return { status: 200, text };
    },
    restoreFlowVersion: async (call) => {
      const number = call.params.version;
      const { flow, version } = await found(options, call, { act: 'edit', number });
      const { source, format } = version;
      const restoredFrom = version.version;
      const by = { principal: call.principal, at: clock.now(), restoredFrom };
      const { draft, problems } = draftOf({ source, format }, compile, by);
      const change = {
        flow,
        draft,
        problems,
        ifVersion: undefined,
        action: 'flow.restore',
      } as const;
      return saveVersion(call, options, change);
    },
    exportFlow: async (call) => {
      const { flow, version } = await found(options, call, {
        act: 'view',
        number: call.query.version,
      });
      const { format } = call.query;
      const name = `${fileNameOf(flow.name)}.${format}`;
      return {
        status: 200,
        text: flowTextAs(version.source, version.format, format),
        mediaType: `application/${format}; charset=utf-8`,
        headers: { 'content-disposition': `attachment; filename="${name}"` },
      };
    },
  };
}

/** The flow, and the version asked for or the latest. Errors: those of `flowFor`, no version. */
async function found(
  { store }: HandlerOptions,
  call: { readonly principal: Principal; readonly params: { readonly id: string } },
  { act, number }: { readonly act: FlowAct; readonly number: number | undefined },
): Promise<{ readonly flow: FlowRecord; readonly version: FlowVersionRecord }> {
  const flow = await flowFor(store, call, act);
  const { flows } = store.account(call.principal.account);
  const version = await flows.version(flow.id, number ?? flow.version);
  if (version === undefined) throw noVersion(flow.id, number ?? flow.version);
  return { flow, version };
}

/** Letters, digits, - and _ of a name, so that it can stand in a header and on any disk. */
function fileNameOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return plain === '' ? 'flow' : plain.slice(0, 80);
}
