/** A value that others can watch: the smallest thing that keeps parts of a page in step. */

export function createStore(initial) {
  let value = initial;
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      const before = value;
      value = next;
      if (next !== before) for (const watcher of watchers) watcher(next, before);
    },
    /** Call `watcher` with each new value, and the one before; returns what ends that. */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
