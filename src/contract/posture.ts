/** One thing that keeps code in, such as `pid namespace` or `system call filter`. */
export interface JailLayer {
  readonly name: string;
  readonly isOn: boolean;
  /** What it does here, or why it is off, in a few words. */
  readonly detail: string;
}

/** Why there is no jail, and what a person can do about it. */
export interface NoJail {
  readonly why: string;
  readonly remedy: string;
}

/** One attack of the self-test, and what stopped it. */
export interface AttackResult {
  /** Such as `read /etc/passwd`. */
  readonly attack: string;
  readonly isStopped: boolean;
  /** What the attack met, such as EPERM; or what it got. */
  readonly met: string;
}

/** How code is held on this machine; shown by `/health/detailed` and `sluice verify`. */
export interface JailPosture {
  /** `kernel`: the jail is there and passed its self-test. `process`: only processes and limits. */
  readonly kind: 'kernel' | 'process';
  readonly layers: readonly JailLayer[];
  /** Attacks tried from inside, with a program that may do all that a fallen interpreter could. */
  readonly attacks: readonly AttackResult[];
  readonly languages: {
    readonly javascript: LanguagePosture;
    readonly python: LanguagePosture;
  };
  /** Where `kind` is `process`. */
  readonly problem?: NoJail;
}

export interface LanguagePosture {
  readonly state: 'jailed' | 'process' | 'refused';
  /** Such as `QuickJS in Node v20.20.2` or `CPython 3.11.2`. */
  readonly interpreter?: string;
  /** Python: modules of tables and numbers that are there, with versions. */
  readonly modules?: Readonly<Record<string, string>>;
  readonly problem?: NoJail;
}
