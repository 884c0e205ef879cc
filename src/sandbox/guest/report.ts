/**
 * What reads results and errors inside QuickJS, mostly of code that failed: a function of the
 * prelude's `tools` and limits that gives
 * - `strict(value)`: the value as JSON with `=`, or `!` and the path of a number that JSON lacks
 * - `describe(thrown)`: `[name, message, stack]` as JSON; getters of what was thrown may run
 *
 * It names nothing global, as everything there may be the code's when it is called.
 */
export const REPORT = `
(function (tools, limits) {
  const { apply, getPrototypeOf, isArray, isFinite, isObject } = tools;
  const { mapSize, plain, setSize, slice, stringify, tryShow } = tools;
  const cut = (text) => stringify(apply(slice, text, [0, limits.text]));

  function isOf(size, value) {
    try {
      apply(size, value, []);
      return true;
    } catch {
      return false;
    }
  }

  // What JSON would lose without a word, and what to write instead.
  function lostAs(item) {
    if (typeof item === 'number' && !isFinite(item)) return item + ', which JSON cannot hold';
    // Asking what is no Map throws, which is slow: not for the many that are plain.
    if (!isObject(item) || isArray(item) || getPrototypeOf(item) === plain) return '';
    if (isOf(mapSize, item)) return 'a Map, which JSON cannot hold; use Object.fromEntries(map)';
    return isOf(setSize, item) ? 'a Set, which JSON cannot hold; use [...set]' : '';
  }

  // Holders are linked, not listed: an array's setters could be the code's.
  function pathOf(link, holder, key) {
    let path = '';
    for (let at = { holder, key, up: link }; at.up !== null; at = at.up) {
      path = (isArray(at.holder) ? '[' + at.key + ']' : '.' + at.key) + path;
    }
    return path;
  }

  return {
    strict(value) {
      let why = '';
      let link = null;
      const text = stringify(value, function (key, item) {
        while (link !== null && link.value !== this) link = link.up;
        const lost = why === '' ? lostAs(item) : '';
        if (lost !== '') {
          const path = apply(slice, pathOf(link, this, key), [0, limits.path]);
          why = '!result' + path + ' is ' + lost;
        }
        if (isObject(item)) link = { value: item, holder: this, key, up: link };
        return item;
      });
      return why === '' ? '=' + text : why;
    },
    describe(thrown) {
      let name = '';
      let message = '';
      let stack = '';
      if (isObject(thrown)) {
        try { if (typeof thrown.name === 'string') name = thrown.name; } catch {}
        try { if (typeof thrown.message === 'string') message = thrown.message; } catch {}
        try { if (typeof thrown.stack === 'string') stack = thrown.stack; } catch {}
      }
      if (name === '' && message === '') message = 'the code threw ' + tryShow(thrown);
      return '[' + cut(name) + ',' + cut(message) + ',' + cut(stack) + ']';
    },
  };
})
`;
