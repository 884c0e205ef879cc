import { type At, refusal } from '../syntax/index.ts';
import type { Datum } from '../values/special.ts';

/** One rendering: what is left of its budget, what it has written, and where it is. */
export interface Run {
  stepsLeft: number;
  bytesLeft: number;
  /** Macro calls and recursive loops that are open. */
  callsLeft: number;
  /** The text written so far; captured and put back by macros and blocks. */
  out: string;
  frame: Frame;
  /** The node at work, for the place of an error. */
  at: At;
  /** The text of the block whose filters are about to run. */
  body: string;
  /** What the run was given, for messages. */
  readonly given: { readonly steps: number; readonly bytes: number };
  readonly outside: Outside;
  readonly methods: Methods;
}

/** The methods of strings, lists and maps. */
export interface Methods {
  /** The method bound to the value; undefined when values of its kind have none of this name. */
  of(run: Run, value: Datum, name: string): Datum | undefined;
  namesFor(value: Datum): readonly string[];
}

/** Reads names from outside; each name of the template has a number. */
export interface Outside {
  /** What was read already, by number. */
  readonly values: (Datum | undefined)[];
  read(index: number, at: At): Datum;
  /** See `Names.aliasOf`. */
  aliasOf(name: string): string | undefined;
}

/** The variables of a macro call, a recursive loop, or the template itself. */
export interface Frame {
  readonly values: (Datum | undefined)[];
  readonly outer: Frame | undefined;
}

/** Pays for work: each visited node, item, comparison. Throws TEMPLATE_FUEL. */
export function spendSteps(run: Run, steps: number): void {
  run.stepsLeft -= steps;
  if (run.stepsLeft < 0) throw outOfSteps(run);
}

/** Pays for reading a long text once: a step for each 1,024 characters. Throws TEMPLATE_FUEL. */
export function spendReading(run: Run, length: number): void {
  if (length >= 1024) spendSteps(run, length >>> 10);
}

/** Pays for text (a byte a character) or list items (8 bytes each) BEFORE they are made. */
export function spendBytes(run: Run, bytes: number): void {
  if (!(bytes <= run.bytesLeft)) throw outOfBytes(run);
  run.bytesLeft -= bytes;
}

/** Pays for a new list of this length: bytes and a step an item. Throws TEMPLATE_FUEL. */
export function spendItems(run: Run, items: number): void {
  spendBytes(run, 8 * items);
  spendSteps(run, items);
}

/** The error for a rendering that has no steps left. */
export function outOfSteps(run: Run): Error {
  return refusal('TEMPLATE_FUEL', run.at, {
    message: `the template took more than ${run.given.steps.toLocaleString('en')} steps`,
  });
}

function outOfBytes(run: Run): Error {
  const megabytes = run.given.bytes / 1024 / 1024;
  return refusal('TEMPLATE_FUEL', run.at, {
    message: `the template would make more than ${megabytes} MB of text and lists`,
  });
}

/** What `work` writes, instead of it being written. */
export function capture(run: Run, work: (run: Run) => void): string {
  const outer = run.out;
  run.out = '';
  work(run);
  const text = run.out;
  run.out = outer;
  return text;
}

/** Runs `work` with variables of its own. Throws TEMPLATE_FUEL when such calls nest too deeply. */
export function withFrame<Result>(run: Run, frame: Frame, work: () => Result): Result {
  const outer = run.frame;
  if (run.callsLeft === 0) {
    throw refusal('TEMPLATE_FUEL', run.at, {
      message: 'macros or recursive loops call each other too deeply',
      remedy: 'Make the data less deep, or end the recursion earlier.',
    });
  }
  run.callsLeft -= 1;
  run.frame = frame;
  const result = work();
  run.frame = outer;
  run.callsLeft += 1;
  return result;
}
