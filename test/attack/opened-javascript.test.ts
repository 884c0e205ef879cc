import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textOf } from './attack.ts';
import { type Canary, plantCanary } from './canary.ts';
import { type OpenedDoor, openJavascriptDoor } from './doors/opened-door.ts';
import { buildOpened } from './programs.ts';
import { OPENED_JAVASCRIPT } from './sets/opened-javascript.ts';

let canary: Canary;
beforeAll(async () => {
  canary = await plantCanary();
});
afterAll(() => canary.close());

describe.each([
  ['and the permissions of Node', false],
  ['alone', true],
])('a fallen JavaScript worker in the jail %s', (_name, isBare) => {
  let door: OpenedDoor | undefined;
  beforeAll(async () => {
    door = await openJavascriptDoor(buildOpened, isBare);
  });
  afterAll(() => door?.close());

  it.for(OPENED_JAVASCRIPT)(
    '$name gets nothing: $tries',
    { timeout: 120_000 },
    async (set, { skip }) => {
      if (door === undefined) return skip('there is no jail here');
      const wrong: string[] = [];
      for (const payload of set.payloads() ?? []) {
        const { layer, detail, through, told } = await door.attempt(set, payload, canary);
        if (through === undefined && set.accept.includes(layer)) continue;
        wrong.push(`${textOf(payload).slice(0, 200)} -> ${layer} ${detail} ${through} ${told}`);
      }
      expect(wrong).toEqual([]);
    },
  );
});
