/**
 * The named transforms of whole tasks, as written in a dataset.json: a list of steps such as
 * [{"name": "rotate_90"}, {"name": "permute_colours", "permutation": [0, 2, 1, ...]}, {"name": "swap_train_test", "k": 1}].
 * The twin of utilities/transforms.py; tests/vectors/transforms.json holds both to the same answers.
 * Not here: which two variations are the same one (the server's canonical form).
 */

export const MAX_STEPS = 100;

const turned = (grid) => grid[0].map((_, column) => grid.map((row) => row[column]));
const mirrored = (grid) => grid.map((row) => [...row].reverse());
const upended = (grid) => [...grid].reverse();

/** What each does to a grid, what people call it, and the name of the transform that undoes it. */
export const TRANSFORMS = {
  transpose: { onGrid: turned, label: "Transpose", inverse: "transpose" },
  flip_horizontal: { onGrid: mirrored, label: "Flip left–right", inverse: "flip_horizontal" },
  flip_vertical: { onGrid: upended, label: "Flip top–bottom", inverse: "flip_vertical" },
  rotate_90: { onGrid: (grid) => mirrored(turned(grid)), label: "Rotate 90°", inverse: "rotate_270" },
  rotate_180: { onGrid: (grid) => upended(mirrored(grid)), label: "Rotate 180°", inverse: "rotate_180" },
  rotate_270: { onGrid: (grid) => upended(turned(grid)), label: "Rotate 270°", inverse: "rotate_90" },
  permute_colours: {
    onGrid: (grid, { permutation }) => grid.map((row) => row.map((cell) => permutation[cell])),
    label: "Permute colours",
    parameter: "permutation",
    inverse: "permute_colours",
  },
  swap_train_test: { onGrid: (grid) => grid, label: "Swap train, test", inverse: "swap_train_test", parameter: "k" },
};

/** `grid` after `steps`; swaps leave it as it is. */
export function transformGrid(grid, steps) {
  return steps.reduce((result, step) => TRANSFORMS[step.name].onGrid(result, step), grid);
}

/** What keeps `step` from being done on `task`, as a sentence; null when it can be done. */
export function stepFault(task, step) {
  if (typeof step?.name !== "string" || !Object.hasOwn(TRANSFORMS, step.name)) return "There is no transform of that name.";
  const { parameter = "name" } = TRANSFORMS[step.name];
  if (Object.keys(step).some((key) => key !== "name" && key !== parameter)) return `${step.name} does not take that parameter.`;
  if (step.name === "permute_colours" && !isPermutation(step.permutation)) {
    return "A permutation is a list of the ten colours 0 to 9, each once.";
  }
  return step.name === "swap_train_test" ? swapFault(task, step.k) : null;
}

function isPermutation(value) {
  return Array.isArray(value) && value.length === 10 && new Set(value).size === 10
    && value.every((colour) => Number.isInteger(colour) && colour >= 0 && colour <= 9);
}

function swapFault(task, k) {
  if (!Number.isInteger(k) || k < 0 || k >= task.train.length) return `There is no train pair ${k}.`;
  return task.test[0]?.output ? null : "The first test pair has no output, so it cannot become a train pair.";
}

const replaced = (list, place, value) => list.map((item, index) => (index === place ? value : item));

/** {train, test} of `task` after `steps`. Throws RangeError, one sentence, when a step cannot be done. */
export function transformTask(task, steps) {
  if (!Array.isArray(steps) || steps.length > MAX_STEPS) throw new RangeError(`A transform is a list of at most ${MAX_STEPS} steps.`);
  let { train, test } = task;
  for (const step of steps) {
    const fault = stepFault({ train, test }, step);
    if (fault) throw new RangeError(fault);
    if (step.name === "swap_train_test") {
      [train, test] = [replaced(train, step.k, test[0]), replaced(test, 0, train[step.k])];
    }
  }
  const moved = (pair) => ({
    input: transformGrid(pair.input, steps),
    ...(pair.output === undefined ? {} : { output: pair.output && transformGrid(pair.output, steps) }),
  });
  return { train: train.map(moved), test: test.map(moved) };
}

/** A text that two tasks share exactly when they have the same pairs, in any order. */
export function contentOf({ train, test }) {
  const pairs = (list) => list.map(({ input, output }) => JSON.stringify([input, output ?? null])).sort();
  return JSON.stringify([pairs(train), pairs(test)]);
}

/** The steps that undo `steps`. */
export function inverse(steps) {
  return [...steps].reverse().map((step) => ({
    ...step,
    name: TRANSFORMS[step.name].inverse,
    ...(step.permutation ? { permutation: step.permutation.map((_, colour) => step.permutation.indexOf(colour)) } : {}),
  }));
}

/** "Rotate 90°, then colours 1→2, 2→1, then swap train 2 with test 1", for people. */
export function describe(steps) {
  if (!steps) return "a variation";
  if (!steps.length) return "as it is";
  return steps.map(describeStep).join(", then ");
}

function describeStep({ name, permutation, k }) {
  if (name === "swap_train_test") return `swap train ${k + 1} with test 1`;
  if (name !== "permute_colours") return TRANSFORMS[name]?.label.toLowerCase() ?? name;
  const moves = permutation.map((to, from) => [from, to]).filter(([from, to]) => from !== to);
  return moves.length ? `colours ${moves.map(([from, to]) => `${from}→${to}`).join(" ")}` : "colours unchanged";
}
