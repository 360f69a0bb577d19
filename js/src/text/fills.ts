// What hidden cells are replaced by, in plain words. Pure functions.

const WORDS: Record<string, string> = {
  "picture-mean": "the picture's average colour",
  "cell-mean": "each cell's average colour",
  "cell-gray": "each cell's average grey",
  gray: "grey",
  blur: "a blurred picture",
  noise: "noise",
  linear: "a blend of what is around",
  inpaint: "a repair of the hole",
  patches: "patches from elsewhere",
};

/** A colour and a fill of one's own keep their names. */
export function fillText(name: string): string {
  return WORDS[name] ?? name;
}
