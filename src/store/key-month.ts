/** The month that usage is counted in, such as `2026-11`, UTC. */
export function keyMonth(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
