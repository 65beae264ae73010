/** Small pictures of grids in a text; a click takes one as the input of the program. */

import { h } from "./element.js";
import { sizeText } from "./grid.js";
import { paintThumbnail, spoken } from "./grid_view.js";

const SIDE = 112;

/** `actions` has useGrid(grid) and looks(): {palette}. */
export function gridPictures(grids, { useGrid, looks }) {
  return h("div", { class: "thumbnails-row" }, grids.map((grid) => {
    const canvas = h("canvas", { role: "img", "aria-label": spoken(grid) });
    paintThumbnail(canvas, grid, SIDE, looks().palette);
    return h("button", { type: "button", class: "thumbnail", "data-testid": "reply-grid", title: `${sizeText(grid)}: use as input`, onclick: () => useGrid(grid) }, canvas);
  }));
}
