import { fileURLToPath } from 'node:url';
import { asNobody } from './as-nobody.ts';
import { type Findings, type Image, isAbsent, orAbsent } from './findings.ts';
import type { Jail, Launch, NoJail } from './launch.ts';
import { launchNode } from './launch-node.ts';
import { ProcessPool } from './process-pool.ts';
import type { SandboxOptions } from './sandbox.ts';

/** Where the code of one image runs. */
export interface Footing {
  readonly pool: ProcessPool;
  readonly jail: 'kernel' | 'process';
}

type FootingOptions = Pick<SandboxOptions, 'programs' | 'jail' | 'workers' | 'warn'>;

/** What a process for JavaScript reads: the program first. */
const JAVASCRIPT_FILES = ['javascript-worker.mjs', 'emscripten-module.wasm'] as const;

/**
 * The pools, one for each image that some call needed. A pool's first process starts while the jail
 * is still being tried; it gets no work before that ended well.
 */
export class Footings {
  readonly #findings: Findings;
  readonly #options: FootingOptions;
  readonly #opened = new Map<Image, Promise<Footing | NoJail>>();
  readonly #pools: ProcessPool[] = [];
  #isClosed = false;

  constructor(findings: Findings, options: FootingOptions) {
    this.#findings = findings;
    this.#options = options;
  }

  get pids(): readonly number[] {
    return this.#pools.flatMap((pool) => pool.pids);
  }

  /** The image's footing, or why it has none. Never rejects. */
  of(image: Image): Promise<Footing | NoJail> {
    const known = this.#opened.get(image);
    if (known !== undefined) return known;
    const opened = this.#open(image).then((footing) => {
      if (isAbsent(footing) && this.#findings.mayChange(image)) this.#opened.delete(image);
      return footing;
    });
    this.#opened.set(image, opened);
    return opened;
  }

  /** Ends every process and waits for it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#pools.map((pool) => pool.close()));
    // What was only being opened has closed itself.
    await Promise.all(this.#opened.values());
  }

  /**
   * Without a jail only where the machine has none: one that fails its trial is an alarm, and one
   * that could not be tried is looked for again.
   */
  async #open(image: Image): Promise<Footing | NoJail> {
    const jail = await this.#findings.jail();
    if (!isAbsent(jail)) return await this.#openJailed(image, jail);
    const mayDoWithout = image === 'javascript' && this.#options.jail === 'auto';
    if (!mayDoWithout || jail.mayPass === true) return jail;
    return { pool: await this.#openPool(image, await this.#launchPlain()), jail: 'process' };
  }

  /** A process that nothing holds has not the rights of root as well. */
  async #launchPlain(): Promise<Launch> {
    const { programs, warn } = this.#options;
    const [worker = '', ...others] = JAVASCRIPT_FILES.map((name) =>
      fileURLToPath(new URL(name, programs)),
    );
    const { launch, problem } = await asNobody(launchNode(worker), [worker, ...others]);
    const what = 'JavaScript runs without a jail and as root, like this server';
    if (problem !== undefined) warn?.(`${what}: ${problem.why}`, problem.remedy);
    return launch;
  }

  async #openJailed(image: Image, jail: Jail): Promise<Footing | NoJail> {
    const program = await this.#findings.program(image);
    if (isAbsent(program)) return program;
    return await orAbsent(`the jail of ${image}`, async () => {
      const pool = await this.#openPool(image, jail.launch(program));
      if (!this.#isClosed) pool.warm();
      const { problem } = await this.#findings.trial(image);
      if (problem === undefined) return { pool, jail: 'kernel' as const };
      await pool.close();
      return problem;
    });
  }

  /** A sandbox that was closed meanwhile has its new pools closed too: they refuse each call. */
  async #openPool(image: Image, launch: Launch): Promise<ProcessPool> {
    const forksCalls = image !== 'javascript';
    const pool = new ProcessPool(launch, { workers: this.#options.workers, forksCalls });
    this.#pools.push(pool);
    if (this.#isClosed) await pool.close();
    return pool;
  }
}
