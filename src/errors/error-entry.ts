/** One row of the catalogue. */
export interface ErrorEntry {
  /** What went wrong, in a few words; the message of one error names the thing. */
  readonly title: string;
  /** What a person can do about it; one error may carry a better remedy of its own. */
  readonly remedy: string;
  /** 2: the input was refused and nothing ran. 1: work began and failed. */
  readonly exit: 1 | 2;
  readonly status: number;
}

/** The input was refused, and nothing ran. */
export const refused = (title: string, remedy: string, status = 400): ErrorEntry => ({
  title,
  remedy,
  exit: 2,
  status,
});
/** Work began and failed. */
export const failed = (title: string, remedy: string, status = 422): ErrorEntry => ({
  title,
  remedy,
  exit: 1,
  status,
});
