import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { assert, CODE_LIMITS } from '../base/index.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';
import type { Launch } from './launch.ts';
import { type Job, REPLY_LIMITS, type Reply } from './protocol.ts';
import { readReply } from './reply.ts';

/** How asking a process ended; after all but `reply` the process is dead or dying. */
export type Answer =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly body: Buffer }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'gone'; readonly how: string };

export interface Question {
  /** The job without its number. */
  readonly job: JobWithoutSequence;
  readonly body: string;
  /** Counts from when the process is ready: starting it is not the code's time. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

type WithoutSequence<J> = J extends Job ? Omit<J, 'sequence'> : never;
export type JobWithoutSequence = WithoutSequence<Job>;

const STDERR_CHARACTERS = 4_096;

/**
 * One process that runs code, and the only user of `node:child_process`. It answers one question at
 * a time; whoever breaks the protocol, its deadline or its promise to start is killed. It never
 * keeps the server's process alive by itself: only the timer of an open question does.
 */
export class CodeProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #frames = new FrameReader(REPLY_LIMITS);
  readonly #ended: Promise<void>;
  #state: 'starting' | 'ready' | 'dead' = 'starting';
  #open: { readonly sequence: number; settle(answer: Answer): void; send(): void } | undefined;
  #wasReady = false;
  #asked = 0;
  #stderr = '';
  #how = '';

  constructor(launch: Launch) {
    const { command, args, cwd, env } = launch;
    this.#child = spawn(command, args, { cwd, env: { ...env }, stdio: 'pipe' });
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#listen();
    this.#letServerExit();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Questions so far. */
  get asked(): number {
    return this.#asked;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** True once the process has told that it is ready, also after its end. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** Resolves when the process is gone and its pipes are closed. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Asks and waits; never rejects. Only one question may be open. */
  ask(question: Question): Promise<Answer> {
    assert(this.#open === undefined, 'a code process is asked one question at a time');
    const { timeoutMs, signal } = question;
    this.#asked += 1;
    const sequence = this.#asked;
    return new Promise((resolve) => {
      const abort = () => this.#fail({ kind: 'aborted' });
      const settle = (answer: Answer) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#open = undefined;
        resolve(answer);
      };
      const send = () => {
        clearTimeout(timer);
        const limit = timeoutMs + CODE_LIMITS.killMarginMs;
        timer = setTimeout(() => this.#fail({ kind: 'overdue' }), limit);
        this.#child.stdin.write(encodeFrame({ ...question.job, sequence }, question.body));
      };
      let timer = setTimeout(() => this.kill('did not start in time'), CODE_LIMITS.startMs);
      this.#open = { sequence, settle, send };
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
      else if (this.#state === 'ready') send();
      else if (this.#state === 'dead') settle({ kind: 'gone', how: this.#how });
    });
  }

  /** Kills the process and waits until it is gone. */
  async end(): Promise<void> {
    this.#child.ref();
    this.kill('was ended');
    await this.#ended;
  }

  /** Kills the process without waiting; an open question is answered with `gone`, and how. */
  kill(how: string): void {
    const tail = this.#stderr.trim();
    this.#how ||= tail === '' ? how : `${how}: ${tail}`;
    this.#fail({ kind: 'gone', how: this.#how });
  }

  #listen(): void {
    this.#child.once('error', (error) => this.kill(`could not be started: ${error.message}`));
    const { stdin, stdout, stderr } = this.#child;
    if (stdout === undefined) throw new Error('there are no descriptors left for pipes');
    stdout.on('data', (piece: Buffer) => this.#receive(piece));
    stderr.on('data', (piece: Buffer) => {
      this.#stderr = (this.#stderr + piece.toString('latin1')).slice(-STDERR_CHARACTERS);
    });
    // A write to a process that is gone fails here; its end is what tells the question.
    stdin.on('error', () => {});
    this.#child.once('exit', (code, signal) => {
      if (this.#state !== 'dead') this.kill(`ended with ${signal ?? `exit code ${code}`}`);
    });
  }

  #letServerExit(): void {
    const { stdin, stdout, stderr } = this.#child;
    this.#child.unref();
    for (const stream of [stdin, stdout, stderr]) {
      if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
    }
  }

  #receive(piece: Buffer): void {
    if (this.#state === 'dead') return;
    try {
      for (const frame of this.#frames.push(piece)) this.#accept(frame);
    } catch (error) {
      this.kill(`broke the protocol: ${error instanceof Error ? error.message : 'not known how'}`);
    }
  }

  #accept(frame: Frame): void {
    const reply = readReply(frame.header);
    if (reply?.kind === 'ready' && this.#state === 'starting') {
      this.#state = 'ready';
      this.#wasReady = true;
      this.#open?.send();
      return;
    }
    const open = this.#open;
    const isAnswer =
      reply !== undefined &&
      reply.kind !== 'ready' &&
      this.#state === 'ready' &&
      reply.sequence === open?.sequence;
    if (!isAnswer) {
      this.kill('broke the protocol: a reply that nobody asked for');
      return;
    }
    open.settle({ kind: 'reply', reply, body: frame.body });
  }

  #fail(answer: Answer): void {
    this.#state = 'dead';
    this.#child.kill('SIGKILL');
    this.#child.stdin?.destroy();
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    this.#open?.settle(answer);
  }
}
