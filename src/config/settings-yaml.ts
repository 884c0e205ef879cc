import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import type { Value } from '../base/index.ts';

/** One key of a settings file with its value; keys of a section are joined by a dot. */
export interface YamlEntry {
  readonly key: string;
  readonly value: Value;
  readonly line: number;
}

export interface YamlProblem {
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

export interface YamlSettings {
  readonly entries: readonly YamlEntry[];
  readonly problems: readonly YamlProblem[];
}

interface Reading {
  readonly entries: YamlEntry[];
  readonly problems: YamlProblem[];
  lineOf(node: Node | null | undefined): number;
}

/**
 * Reads a settings file: one map of texts, numbers, booleans and lists, with at most one level of
 * sections. Settings are few and flat, so everything else that YAML can do is a problem: anchors,
 * aliases, tags, several documents, keys given twice. Never throws. The caller bounds the text.
 */
export function parseSettingsYaml(text: string): YamlSettings {
  const counter = new LineCounter();
  const reading: Reading = {
    entries: [],
    problems: [],
    lineOf: (node) => (node?.range ? counter.linePos(node.range[0]).line : 1),
  };
  try {
    // The library's own check for keys given twice is quadratic; readMap has a linear one.
    const document = parseDocument(text, {
      lineCounter: counter,
      uniqueKeys: false,
      prettyErrors: false,
      strict: true,
      schema: 'core',
    });
    for (const error of [...document.errors, ...document.warnings]) {
      const line = counter.linePos(error.pos[0]).line;
      report(reading, line, 'is not valid YAML', 'Mend the YAML at this line.');
    }
    if (reading.problems.length === 0) readTop(reading, document.contents);
  } catch {
    // The library recurses; a document of thousands of brackets ends in a RangeError.
    report(reading, 1, 'is nested too deeply', 'Write plain NAME: value lines.');
  }
  return reading;
}

function report(reading: Reading, line: number, message: string, remedy: string): void {
  reading.problems.push({ line, message, remedy });
}

function readTop(reading: Reading, contents: Node | null): void {
  if (contents === null || (isScalar(contents) && contents.value === null)) return;
  if (isMap(contents)) readMap(reading, contents, '');
  else report(reading, reading.lineOf(contents), 'is not a map', 'Write NAME: value lines.');
}

function readMap(reading: Reading, map: Node, section: string): void {
  if (!isMap(map)) return;
  const seen = new Set<string>();
  for (const pair of map.items) {
    const keyNode = isPair(pair) && isScalar(pair.key) ? pair.key : undefined;
    const line = reading.lineOf(keyNode ?? map);
    if (typeof keyNode?.value !== 'string') {
      report(reading, line, 'has a key that is not text', 'Write NAME: value lines.');
      continue;
    }
    const key = section === '' ? keyNode.value : `${section}.${keyNode.value}`;
    if (seen.has(key)) {
      report(reading, line, `gives ${key} twice`, 'Keep one of the two.');
      continue;
    }
    seen.add(key);
    // The parser makes nothing but nodes and null below a pair of a document.
    readValue(reading, key, pair.value as Node | null, line);
  }
}

function readValue(reading: Reading, key: string, node: Node | null, line: number): void {
  if (node !== null && isMap(node) && !key.includes('.') && !hasFeatures(node)) {
    readMap(reading, node, key);
    return;
  }
  const value = plainValue(node);
  if (value === undefined) {
    const remedy = 'Write a text, a number, true, false or a list of them, without anchor and tag.';
    report(reading, line, `gives ${key} something that is no plain value`, remedy);
    return;
  }
  reading.entries.push({ key, value, line });
}

function plainValue(node: Node | null): Value | undefined {
  if (node === null) return null;
  if (isAlias(node) || hasFeatures(node)) return undefined;
  if (isScalar(node)) return plainScalar(node.value);
  if (!isSeq(node)) return undefined;
  const items: Value[] = [];
  for (const item of node.items) {
    const value = isScalar(item) && !hasFeatures(item) ? plainScalar(item.value) : undefined;
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

function plainScalar(value: unknown): Value | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function hasFeatures(node: Node): boolean {
  const anchor = 'anchor' in node ? node.anchor : undefined;
  return anchor !== undefined || node.tag !== undefined;
}
