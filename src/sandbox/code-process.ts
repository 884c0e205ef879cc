import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { assert, CODE_LIMITS } from '../base/index.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';
import type { Launch } from './launch.ts';
import { REPLY_LIMITS } from './protocol.ts';
import { type Answer, type Ending, OpenQuestion, type Question } from './question.ts';
import { readReply } from './reply.ts';
import { startProcess } from './start-process.ts';
import { killInside } from './stop-process.ts';

/**
 * One process that runs code. It answers one question at a time; whoever breaks the protocol, its
 * deadline or its promise to start is killed, and so is one that leaves a frame half written. It
 * keeps the server's process alive only while a question is open.
 */
export class CodeProcess {
  readonly #child: ChildProcess;
  readonly #stdin: Writable;
  readonly #stdout: Readable;
  readonly #stderr: Readable;
  readonly #frames: FrameReader;
  readonly #ended: Promise<void>;
  readonly #startTimer: NodeJS.Timeout;
  #state: 'starting' | 'ready' | 'dead' = 'starting';
  #open: OpenQuestion | undefined;
  #wasReady = false;
  #asked = 0;
  #said = '';
  #saidBytes = 0;
  #how = '';
  #isOwnEnd = false;

  constructor(launch: Launch) {
    this.#child = startProcess(launch);
    const { stdin, stdout, stderr } = this.#child;
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    if (!stdin || !stdout || !stderr) {
      this.#child.once('error', () => {});
      throw new Error('there are no descriptors left for pipes');
    }
    this.#child.once('error', (error) => this.kill(`could not be started: ${error.message}`));
    [this.#stdin, this.#stdout, this.#stderr] = [stdin, stdout, stderr];
    const bodyBytes = () => this.#open?.question.job.outputBytes ?? 0;
    this.#frames = new FrameReader({
      headerBytes: REPLY_LIMITS.headerBytes,
      // Nobody may fill the server's memory with more than was asked for.
      get bodyBytes() {
        return bodyBytes();
      },
    });
    this.#startTimer = setTimeout(() => this.kill('did not start in time'), CODE_LIMITS.startMs);
    this.#startTimer.unref();
    this.#listen();
    this.#letServerExit();
    this.#tellStarted(launch);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Jobs handed over so far. */
  get asked(): number {
    return this.#asked;
  }

  /** How long the process has been at its job; 0 without one. */
  get workingMs(): number {
    return this.#open?.workingMs ?? 0;
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** True once the process has told that it is ready, also after its end. */
  get wasReady(): boolean {
    return this.#wasReady;
  }

  /** Resolves when the process is gone, with all that it held inside, and its pipes are closed. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Asks and waits; never rejects. Only one question may be open. */
  ask(question: Question): Promise<Answer> {
    assert(this.#open === undefined, 'a code process is asked one question at a time');
    return new Promise((resolve) => {
      const open = new OpenQuestion(question, {
        aborted: () => this.#abort(),
        overdue: () => this.#fail({ kind: 'overdue' }),
        stalled: () => this.kill('began a frame and never ended it'),
        answered: (answer) => {
          this.#startTimer.unref();
          this.#open = undefined;
          resolve(answer);
        },
      });
      this.#open = open;
      if (question.signal.aborted) this.#abort();
      else if (this.#state === 'ready') this.#send(open);
      else if (this.#state === 'dead') open.settle(this.#gone());
      else this.#startTimer.ref();
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
    const tail = this.#said.trim();
    this.#how ||= tail === '' ? how : `${how}: ${tail}`;
    this.#fail(this.#gone());
  }

  #gone(): Ending {
    return { kind: 'gone', how: this.#how, isOwn: this.#isOwnEnd };
  }

  #send(open: OpenQuestion): void {
    const { job, body } = open.question;
    this.#asked += 1;
    open.sent(this.#asked);
    const address = { sequence: open.sequence, note: Math.ceil(job.timeoutMs) };
    this.#stdin.write(encodeFrame(address, job, body));
  }

  #listen(): void {
    this.#stdout.on('data', (piece: Buffer) => this.#receive(piece));
    this.#stderr.on('data', (piece: Buffer) => {
      this.#said = (this.#said + piece.toString('latin1')).slice(-CODE_LIMITS.stderrKept);
      this.#saidBytes += piece.length;
      if (this.#saidBytes > CODE_LIMITS.stderrBytes) this.kill('wrote too much to standard error');
    });
    // A write to a process that is gone fails here; its end is what tells the question.
    this.#stdin.on('error', () => {});
    this.#child.once('exit', (code, signal) => {
      if (this.#state === 'dead') return;
      this.#isOwnEnd = true;
      this.kill(`ended with ${signal ?? `exit code ${code}`}`);
    });
  }

  #letServerExit(): void {
    this.#child.unref();
    for (const stream of [this.#stdin, this.#stdout, this.#stderr]) {
      if ('unref' in stream && typeof stream.unref === 'function') stream.unref();
    }
  }

  #tellStarted(launch: Launch): void {
    if (this.pid === undefined) return;
    try {
      launch.started?.(this.pid);
    } catch (error) {
      // Such as a control group that cannot be joined: code must not run outside of it.
      this.kill(`could not be held: ${error instanceof Error ? error.message : 'not known why'}`);
    }
  }

  #receive(piece: Buffer): void {
    if (this.#state === 'dead') return;
    try {
      for (const frame of this.#frames.push(piece)) this.#accept(frame);
      this.#watchRest();
    } catch (error) {
      this.kill(`broke the protocol: ${error instanceof Error ? error.message : 'not known how'}`);
    }
  }

  /** Half a frame holds nobody up for long, and is not kept for whoever asks next. */
  #watchRest(): void {
    const { isWithin } = this.#frames;
    if (this.#open !== undefined) this.#open.progress(isWithin);
    else if (isWithin && this.#state === 'ready') {
      this.kill('broke the protocol: it wrote when nobody had asked');
    }
  }

  #accept(frame: Frame): void {
    const reply = readReply(frame);
    const open = this.#open;
    if (reply?.kind === 'ready' && this.#state === 'starting') this.#becomeReady();
    else if (
      reply === undefined ||
      reply.kind === 'ready' ||
      this.#state !== 'ready' ||
      open?.sequence !== frame.sequence
    ) {
      this.kill('broke the protocol: a reply that nobody asked for');
    } else if (reply.kind === 'logs') {
      open.logBytes += frame.headerBytes;
      if (open.logBytes > REPLY_LIMITS.headerBytes) this.kill('told more lines than it may');
      else open.question.logs(reply.logs);
    } else {
      open.settle({ kind: 'reply', reply, body: frame.body });
    }
  }

  #becomeReady(): void {
    clearTimeout(this.#startTimer);
    this.#state = 'ready';
    this.#wasReady = true;
    if (this.#open !== undefined) this.#send(this.#open);
  }

  /** A process that was not given the job yet can do another. */
  #abort(): void {
    if (this.#state === 'starting') this.#open?.settle({ kind: 'aborted' });
    else this.#fail({ kind: 'aborted' });
  }

  #fail(ending: Ending): void {
    if (this.#state !== 'dead') {
      this.#state = 'dead';
      clearTimeout(this.#startTimer);
      this.#stop();
      this.#stdin.destroy();
      this.#stdout.destroy();
      this.#stderr.destroy();
    }
    this.#open?.settle(ending);
  }

  #stop(): void {
    const stop = () => this.#child.kill('SIGKILL');
    // A plain Node has nothing inside: what it may have started does not keep it alive.
    const isPlain = this.#child.spawnfile === process.execPath;
    if (isPlain || this.pid === undefined || !killInside(this.pid)) {
      stop();
      return;
    }
    const timer = setTimeout(stop, CODE_LIMITS.insideEndsMs);
    timer.unref();
    this.#child.once('exit', () => clearTimeout(timer));
  }
}
