import type { TestServer } from './server.ts';

/** Three pure nodes, one after the other. */
export const HELLO = `name: hello
description: Greets someone.
tags: [greeting, "small one"]
inputs:
  who: {type: string, default: world}
nodes:
  one: {type: template, config: {template: "Hello {{ inputs.who }}"}}
  two: {type: template, depends_on: [one], config: {template: "{{ one }}!"}}
  three: {type: transform, depends_on: [two], config: {template: {text: "{{ two }}"}}}
outputs: {text: two, made: three}
`;

/** Waits for longer than any test, so it is under way until it is cancelled. */
export const LONG = `name: long
nodes:
  start: {type: template, config: {template: begun}}
  wait: {type: delay, depends_on: [start], config: {duration: 1h}}
outputs: {text: wait}
`;

/** Fails in its second node unless `mode` is `fine`. */
export const FAILING = `name: failing
inputs:
  mode: {type: string, default: bad}
nodes:
  one: {type: template, config: {template: "{{ inputs.mode }}"}}
  two: {type: template, depends_on: [one], config: {template: "{{ 1 / 0 }}"}}
outputs: {text: two}
`;

/** Saves a flow and gives its id. */
export async function savedFlow(server: TestServer, source: string): Promise<string> {
  const answer = await server.ask('POST', '/api/v1/flows', { body: { source } });
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.json.id;
}
