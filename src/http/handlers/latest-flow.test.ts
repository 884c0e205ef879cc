import { describe, expect, it } from 'vitest';
import type { AccountId, FlowId } from '../../base/index.ts';
import type { FlowRecord, Store } from '../../store/index.ts';
import { latestFlows } from './latest-flow.ts';

const ACCOUNT = 'a' as AccountId;
const FLOW = 'f' as FlowId;

/** A store whose reads look at once and answer when they are told to. */
function slowStore() {
  let version = 1;
  const open: { answer(): void; fail(): void }[] = [];
  const get = () => {
    const seen = { version } as FlowRecord;
    return new Promise<FlowRecord>((resolve, reject) => {
      open.push({ answer: () => resolve(seen), fail: () => reject(new Error('no database')) });
    });
  };
  const store = { account: () => ({ flows: { get } }) } as unknown as Pick<Store, 'account'>;
  return { store, open, update: () => (version += 1) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the latest version of a flow', () => {
  it('is never read before whoever asks for it', async () => {
    const { store, open, update } = slowStore();
    const { read } = latestFlows(store);
    const first = read(ACCOUNT, FLOW);
    update();
    const late = read(ACCOUNT, FLOW);
    open[0]?.answer();
    expect((await first)?.version).toBe(1);
    await settled();
    open[1]?.answer();
    expect((await late)?.version).toBe(2);
  });

  it('is read once for all who ask while another read is under way', async () => {
    const { store, open } = slowStore();
    const { read } = latestFlows(store);
    const asked = Array.from({ length: 1_000 }, () => read(ACCOUNT, FLOW));
    open[0]?.answer();
    await settled();
    expect(open).toHaveLength(2);
    open[1]?.answer();
    expect(await Promise.all(asked)).toHaveLength(1_000);
  });

  it('is read anew by who asks while the shared read is under way', async () => {
    const { store, open, update } = slowStore();
    const { read } = latestFlows(store);
    const asked = [read(ACCOUNT, FLOW), read(ACCOUNT, FLOW)];
    open[0]?.answer();
    await settled();
    update();
    asked.push(read(ACCOUNT, FLOW));
    open[1]?.answer();
    await settled();
    open[2]?.answer();
    const versions = (await Promise.all(asked)).map((flow) => flow?.version);
    expect(versions).toEqual([1, 1, 2]);
  });

  it('is not kept when nobody asks, and a failed read fails only its askers', async () => {
    const { store, open, update } = slowStore();
    const { read } = latestFlows(store);
    const failing = read(ACCOUNT, FLOW);
    const next = read(ACCOUNT, FLOW);
    open[0]?.fail();
    await expect(failing).rejects.toThrow('no database');
    await settled();
    open[1]?.answer();
    expect((await next)?.version).toBe(1);
    update();
    const later = read(ACCOUNT, FLOW);
    open[2]?.answer();
    expect((await later)?.version).toBe(2);
  });

  it('is known only as it was read last, and not once the flow was gone', async () => {
    const flows = [{ version: 4 }, { version: 5 }, undefined] as (FlowRecord | undefined)[];
    const get = () => Promise.resolve(flows.shift());
    const store = { account: () => ({ flows: { get } }) } as unknown as Pick<Store, 'account'>;
    const { known, read } = latestFlows(store);
    expect(known(ACCOUNT, FLOW)).toBeUndefined();
    await read(ACCOUNT, FLOW);
    expect(known(ACCOUNT, FLOW)).toBe(4);
    expect(known('b' as AccountId, FLOW)).toBeUndefined();
    await read(ACCOUNT, FLOW);
    expect(known(ACCOUNT, FLOW)).toBe(5);
    await read(ACCOUNT, FLOW);
    expect(known(ACCOUNT, FLOW)).toBeUndefined();
  });

  it('is known of a bounded number of flows', async () => {
    const get = () => Promise.resolve({ version: 1 } as FlowRecord);
    const store = { account: () => ({ flows: { get } }) } as unknown as Pick<Store, 'account'>;
    const { known, read } = latestFlows(store);
    const ids = Array.from({ length: 501 }, (_, at) => `f${at}` as FlowId);
    for (const id of ids) await read(ACCOUNT, id);
    expect(ids.filter((id) => known(ACCOUNT, id) === undefined)).toEqual(['f0']);
  });
});
