import type { Principal } from '../../auth/index.ts';
import type { FlowId } from '../../base/index.ts';
import { flowTextAs } from '../../language/index.ts';
import type { FlowRecord, FlowVersionRecord } from '../../store/index.ts';
import type { Handlers } from '../call.ts';
import { draftOf } from './flow-source.ts';
import { versionView } from './flow-view.ts';
import { savedReply, saveVersion } from './flows.ts';
import type { HandlerOptions } from './handler-options.ts';
import { noFlow, noVersion } from './not-found.ts';
import { pageOfQuery, pageText } from './paging.ts';

type FlowVersions = Pick<
  Handlers,
  'listFlowVersions' | 'readFlowVersion' | 'restoreFlowVersion' | 'exportFlow'
>;

/** The versions of a flow; none ever changes. */
export function flowVersionHandlers(options: HandlerOptions): FlowVersions {
  const { store, clock, compile } = options;
  return {
    listFlowVersions: async (call) => {
      const { flow } = await found(options, call);
      const { flows } = store.account(call.principal.account);
      const page = await flows.versions(flow.id, pageOfQuery(call.query));
      return { status: 200, text: pageText(page.items.map(versionView), page.nextCursor) };
    },
    readFlowVersion: async (call) => {
      const { version } = await found(options, call, call.params.version);
      const text = JSON.stringify({ ...versionView(version), source: version.source });
      return { status: 200, text };
    },
    restoreFlowVersion: async (call) => {
      const { version } = await found(options, call, call.params.version);
      const { source, format, flowId: id } = version;
      const [at, by] = [clock.now(), call.principal.id];
      const restoredFrom = version.version;
      const { draft, problems } = draftOf({ source, format }, compile, { by, at, restoredFrom });
      const change = { id, draft, ifVersion: undefined, action: 'flow.restore' } as const;
      const flow = await saveVersion(call, options, change);
      return savedReply(200, { flow, source: { source, format }, problems });
    },
    exportFlow: async (call) => {
      const { flow, version } = await found(options, call, call.query.version);
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

/** The flow, and the version asked for or the latest. */
async function found(
  { store }: HandlerOptions,
  call: { readonly principal: Principal; readonly params: { readonly id: string } },
  number?: number,
): Promise<{ readonly flow: FlowRecord; readonly version: FlowVersionRecord }> {
  const id = call.params.id as FlowId; // Read by the schema of the route.
  const { flows } = store.account(call.principal.account);
  const flow = await flows.get(id);
  if (flow === undefined) throw noFlow(id);
  const version = await flows.version(id, number ?? flow.version);
  if (version === undefined) throw noVersion(id, number ?? flow.version);
  return { flow, version };
}

/** Letters, digits, - and _ of a name, so that it can stand in a header and on any disk. */
function fileNameOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return plain === '' ? 'flow' : plain.slice(0, 80);
}
