import { createHook } from 'node:async_hooks';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/language/index.ts';
import { NODE_TYPES } from '../../src/nodes/index.ts';
import { textOf } from './attack.ts';
import { FLOW_SETS } from './sets/flows.ts';
import { ALL_SETS } from './sets/index.ts';

/** What a process, a socket, a file, a name or a thread is, to Node's own records. */
const WORLDLY = /PROCESS|TCP|PIPE|UDP|FSREQ|FSEVENT|GETADDRINFO|QUERYWRAP|WORKER|HTTP|TLS|Timeout/;

/** A flow around each hostile text: as code, as a template, and as a condition. */
function flowsWith(text: string): readonly string[] {
  const quoted = JSON.stringify(text);
  return [
    `name: x\nnodes: {a: {type: javascript, config: {code: ${quoted}}}}`,
    `name: x\nnodes: {a: {type: python, config: {code: ${quoted}}}}`,
    `name: x\nnodes: {a: {type: template, config: {template: ${quoted}}}}`,
    `name: x\nnodes: {a: {type: http, config: {url: ${quoted}}}}`,
    `name: x\ninputs: {b: {type: string, default: ${quoted}}}\nnodes: {a: {type: delay}}`,
  ];
}

describe('opening a hostile flow', () => {
  it('starts, opens, asks and runs nothing', () => {
    const texts = ALL_SETS.filter(({ name }) => !/published|spellings|suite/.test(name)).flatMap(
      (set) =>
        (set.payloads() ?? [])
          .map(textOf)
          .filter((text) => text.length < 5_000)
          .slice(0, 20),
    );
    const flows = [
      ...FLOW_SETS.flatMap((set) => (set.payloads() ?? []).map(textOf)),
      ...texts.flatMap(flowsWith),
    ];
    const touched: string[] = [];
    const hook = createHook({
      init: (_id, type) => {
        if (WORLDLY.test(type)) touched.push(type);
      },
    });
    const before = descriptors();
    hook.enable();
    for (const text of flows) compile(text, { nodeTypes: NODE_TYPES });
    hook.disable();
    expect(touched).toEqual([]);
    expect(descriptors()).toBe(before);
    expect(flows.length).toBeGreaterThan(1_500);
  }, 120_000);
});

/** How many descriptors this process has; 0 where that cannot be asked. */
function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
