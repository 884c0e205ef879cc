/** Calls a function that should give a promise; one that throws instead is treated alike. */
export function promised<T>(work: () => Promise<T>): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}
