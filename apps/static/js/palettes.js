/**
 * What the ten colours look like. Names of colours stay those of the ARC interfaces in every palette.
 * Sources: the official ARC interfaces; Okabe and Ito, "Color Universal Design" (2008); Paul Tol, "Colour Schemes" (2021),
 * the muted scheme. The last two are safe for the common kinds of colour blindness; black or white and grey complete them.
 */

export const PALETTES = {
  arc: {
    label: "ARC",
    colours: ["#000000", "#0074D9", "#FF4136", "#2ECC40", "#FFDC00", "#AAAAAA", "#F012BE", "#FF851B", "#7FDBFF", "#870C25"],
  },
  okabe_ito: {
    label: "Okabe–Ito (colour-blind safe)",
    colours: ["#000000", "#0072B2", "#D55E00", "#009E73", "#F0E442", "#999999", "#CC79A7", "#E69F00", "#56B4E9", "#FFFFFF"],
  },
  tol_muted: {
    label: "Tol muted (colour-blind safe)",
    colours: ["#000000", "#332288", "#CC6677", "#117733", "#DDCC77", "#DDDDDD", "#AA4499", "#882255", "#88CCEE", "#999933"],
  },
  grey: {
    label: "Greys with numbers in mind",
    colours: ["#000000", "#1F1F1F", "#383838", "#525252", "#6C6C6C", "#868686", "#A0A0A0", "#BDBDBD", "#DCDCDC", "#FFFFFF"],
  },
};

export const coloursOf = (name) => (PALETTES[name] ?? PALETTES.arc).colours;

/** "#000000" or "#FFFFFF", whichever is easier to read on `colour` (relative luminance, WCAG 2). */
export function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#FFFFFF";
}

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
