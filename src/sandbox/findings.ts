import { CODE_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { type JailAbsence, outcomeOf } from './jail/index.ts';
import type { AttackResult, Jail, NoJail, Program } from './launch.ts';
import type { Machine, Python } from './machine.ts';

/** The attacks from inside of one image; without a problem, its code may run in the jail. */
export interface Trial {
  readonly attacks: readonly AttackResult[];
  readonly problem?: NoJail;
  /** The attacks did not end, as on a machine that is too busy: nothing is known of the jail. */
  readonly isUnanswered?: true;
}

/** One interpreter with what it has loaded. */
export type Image = Program['name'];

const CLOSED: NoJail = { why: 'the sandbox is closed', remedy: 'Start the server again.' };

/**
 * What there is on this machine, found out once each, when somebody asks. Nothing rejects: what
 * cannot be found out counts as absent, with the reason.
 */
export class Findings {
  readonly #machine: Machine;
  /** Told why there is no jail, and of each image whose attacks it did not stop. */
  readonly warn: (problem: NoJail, image?: Image) => void;
  readonly #trials = new Map<Image, Promise<Trial>>();
  readonly #unanswered = new Map<Image, number>();
  #jail: Promise<Jail | JailAbsence> | undefined;
  /** How often it could not be told whether there is a jail. */
  #untold = 0;
  #python: Promise<Python | NoJail> | undefined;
  #isClosed = false;

  constructor(machine: Machine, warn: Findings['warn']) {
    this.#machine = machine;
    this.warn = warn;
  }

  /** The jail; where it cannot be told whether there is one, it is looked for again later. */
  jail(): Promise<Jail | JailAbsence> {
    if (this.#isClosed) return Promise.resolve(CLOSED);
    this.#jail ??= this.#findJail();
    return this.#jail;
  }

  python(): Promise<Python | NoJail> {
    if (this.#isClosed) return Promise.resolve(CLOSED);
    this.#python ??= orAbsent('Python', async () => await this.#machine.findPython());
    return this.#python;
  }

  /** What to run for an image. */
  program(image: Image): Promise<Program | NoJail> {
    return orAbsent(`the program ${image}`, async () => {
      if (image === 'javascript') return this.#machine.javascriptProgram();
      const python = await this.python();
      return isAbsent(python) ? python : python.program(image);
    });
  }

  /** Whether an image may run in the jail. One without an answer is made again, a few times. */
  trial(image: Image): Promise<Trial> {
    const known = this.#trials.get(image);
    if (known !== undefined) return known;
    const trial = this.#try(image).then((ended) => {
      const count = (this.#unanswered.get(image) ?? 0) + 1;
      if (ended.isUnanswered === undefined || count >= CODE_LIMITS.trials) return ended;
      this.#unanswered.set(image, count);
      this.#trials.delete(image);
      return ended;
    });
    this.#trials.set(image, trial);
    return trial;
  }

  /** Whether the next call for the image may find what the last one did not. */
  mayChange(image: Image): boolean {
    if (this.#isClosed) return false;
    return this.#jail === undefined || (this.#unanswered.has(image) && !this.#trials.has(image));
  }

  /** Waits for what is under way and gives back what the jail made; nothing is found any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#trials.values(), this.#python]);
    const jail = await this.#jail;
    if (jail !== undefined && !isAbsent(jail)) await jail.close();
  }

  /** A search that failed tells nothing, so it is no reason to do without a jail. */
  async #findJail(): Promise<Jail | JailAbsence> {
    const found = await orAbsent('the jail', async () => ({
      jail: await this.#machine.findJail(),
    }));
    const jail: Jail | JailAbsence = isAbsent(found) ? { ...found, mayPass: true } : found.jail;
    if (!isAbsent(jail)) return jail;
    this.#untold += jail.mayPass === true ? 1 : 0;
    if (jail.mayPass === true && this.#untold < CODE_LIMITS.trials) this.#jail = undefined;
    this.warn(jail);
    return jail;
  }

  async #try(image: Image): Promise<Trial> {
    const [jail, program] = await Promise.all([this.jail(), this.program(image)]);
    if (isAbsent(jail)) {
      return { attacks: [], problem: jail, ...(jail.mayPass && { isUnanswered: true }) };
    }
    if (isAbsent(program)) return { attacks: [], problem: program };
    const attacks = await orAbsent(`the self-test of ${image}`, async () => {
      return await this.#machine.selfTest(jail, program);
    });
    const problem = isAbsent(attacks) ? attacks : whatGotThrough(attacks);
    if (problem !== undefined) this.warn(problem, image);
    return {
      attacks: isAbsent(attacks) ? [] : attacks,
      ...(problem === undefined ? {} : { problem }),
      ...(isUnanswered(attacks) ? { isUnanswered: true } : {}),
    };
  }
}

/** No attack got through, but some were not seen to the end. */
function isUnanswered(attacks: readonly AttackResult[] | NoJail): boolean {
  return isAbsent(attacks) || outcomeOf(attacks) === 'no answer';
}

/** True for what says why something is not there. */
export function isAbsent(thing: object): thing is NoJail {
  return 'why' in thing;
}

/** An interpreter that nothing was tried against is as little to be trusted as one that got out. */
function whatGotThrough(attacks: readonly AttackResult[]): NoJail | undefined {
  const remedy = 'Report this with what `sluice verify` says; do not run code of others here.';
  if (attacks.length === 0) return { why: 'the jail was not tried', remedy };
  const names = attacks.filter(({ isStopped }) => !isStopped).map(({ attack }) => attack);
  if (names.length === 0) return undefined;
  return { why: `the jail did not stop ${names.join(', ')}`, remedy };
}

/** What was found; a failure to look says what was looked at. */
export async function orAbsent<T>(what: string, find: () => Promise<T>): Promise<T | NoJail> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof AppError) return { why: error.message, remedy: error.remedy };
    return {
      why: `${what} could not be used: ${error instanceof Error ? error.message : String(error)}`,
      remedy: 'Start the server again; report this if it stays.',
    };
  }
}
