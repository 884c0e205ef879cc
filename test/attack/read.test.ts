import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from './attack.ts';
import { type Canary, plantCanary } from './canary.ts';
import { tryFlow, tryTemplate } from './doors/read-doors.ts';
import { READ_SETS } from './sets/index.ts';

let canary: Canary;
beforeAll(async () => {
  canary = await plantCanary();
});
afterAll(() => canary.close());

describe('attacks by template and by the text of a flow', () => {
  it.for(READ_SETS)('$class $name gets nothing: $tries', (set, { skip }) => {
    const payloads = set.payloads();
    if (payloads === undefined) return skip('its list is not on this machine');
    expect(payloads.length).toBeGreaterThan(0);
    const wrong = payloads.flatMap((payload) => {
      const { layer, detail, through } =
        set.door === 'flow' ? tryFlow(payload, canary) : tryTemplate(set, payload, canary);
      const isStopped = through === undefined && set.accept.includes(layer);
      return isStopped ? [] : [`${textOf(payload).slice(0, 200)} -> ${layer} ${detail} ${through}`];
    });
    expect(wrong).toEqual([]);
  });
});
