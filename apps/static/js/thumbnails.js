/** Pictures of tasks that are painted as they come near the view: a few at a time, the latest seen first. */

import { paintThumbnail } from "./grid_view.js";

const SIDE = 64;
const NEAR = "200px";
const FETCHES_AT_ONCE = 4;

export class ThumbnailPainter {
  #loadTask;
  #settings;
  #wanted = new Set();
  #painted = new Map();
  #fetching = 0;
  #observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: NEAR });

  /** `loadTask(id)` resolves to the versions of a task; `settings` has the palette. */
  constructor(loadTask, settings) {
    this.#loadTask = loadTask;
    this.#settings = settings;
    settings.watch((now, before) => now.palette !== before.palette && this.#painted.forEach((pair, picture) => this.#draw(picture, pair)));
  }

  /** Paint the two canvases of `picture`, whose data-task is a task's id, when it is about to be seen. */
  watch(picture) {
    this.#observer.observe(picture);
  }

  #seen(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting && !this.#painted.has(target)) this.#wanted.add(target);
      else this.#wanted.delete(target);
    }
    this.#next();
  }

  #next() {
    while (this.#fetching < FETCHES_AT_ONCE && this.#wanted.size) {
      const picture = [...this.#wanted].at(-1);
      this.#wanted.delete(picture);
      this.#paint(picture);
    }
  }

  async #paint(picture) {
    this.#fetching += 1;
    try {
      const [{ train: [pair] }] = await this.#loadTask(picture.dataset.task);
      this.#painted.set(picture, pair);
      this.#draw(picture, pair);
    } catch {
      // without a connection the frame stays empty; it is tried again when it is next seen
    } finally {
      this.#fetching -= 1;
      this.#next();
    }
  }

  #draw(picture, { input, output }) {
    const { palette } = this.#settings.get();
    [input, output].forEach((grid, place) => paintThumbnail(picture.children[place], grid, SIDE, palette));
  }
}
