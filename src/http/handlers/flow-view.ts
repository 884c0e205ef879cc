import type { Problem } from '../../contract/index.ts';
import type { FlowRecord, FlowVersionRecord } from '../../store/index.ts';

/** ISO 8601, UTC, with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** A flow as the API shows it. */
export function flowView(flow: FlowRecord) {
  const { id, name, description, tags, version, owner, isPublic, createdBy } = flow;
  const times = { createdAt: isoTime(flow.createdAt), updatedAt: isoTime(flow.updatedAt) };
  return { id, name, description, tags, version, owner, isPublic, createdBy, ...times };
}

/** A version as the API shows it, without its text. */
export function versionView(record: Omit<FlowVersionRecord, 'source'>) {
  const { flowId, version, format, hash, createdBy, restoredFrom, grants } = record;
  const createdAt = isoTime(record.createdAt);
  const restored = restoredFrom === undefined ? {} : { restoredFrom };
  return { flowId, version, format, hash, createdBy, createdAt, ...restored, grants };
}

/** A problem of a flow's text as the API shows it. */
export function problemView({ severity, code, message, remedy, ...place }: Problem) {
  const { file: _ours, ...where } = place; // The name that we gave the text says nothing.
  return { severity, code, message, remedy, place: where };
}
