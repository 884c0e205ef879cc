/**
 * Stands before each JavaScript attack: `look(thing)` tells of a host when the thing is, or leads
 * to, an object that only a host can have given, and throws otherwise.
 */
export const LOOK = `const look = (thing) => {
  const names = ['process', 'require', 'Buffer', 'Deno', 'Bun', 'fetch', 'setTimeout',
    'WebAssembly', 'SharedArrayBuffer', 'mainModule', 'binding', 'versions', 'env', 'std', 'os'];
  const found = names.filter((name) => {
    try { return thing !== null && thing !== undefined && thing[name] !== undefined; }
    catch { return false; }
  });
  // A proxy of the attacker's own has every name there is.
  const isFake = found.length > 0 && thing['no host has this'] !== undefined;
  let more = '';
  try { more = JSON.stringify((thing.process ?? thing).env); } catch {}
  if (found.length > 0 && !isFake) return 'HOST OBJECT with ' + found.join() + more;
  throw new Error('nothing of a host');
};`;
