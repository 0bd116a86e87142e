/**
 * The layers of the wire contract, each on top of the one before: what is published, what this gateway has chosen where the
 * published text is silent, and what goes beyond it.
 */
export const LAYERS = ['published', 'chosen', 'extensions'] as const;

export type Layer = (typeof LAYERS)[number];

/** The mark of a layer in lists: the one the contract itself uses. */
export const MARKS: Record<Layer, string> = { published: 'P', chosen: 'C', extensions: 'X' };

/** Whether something of `layer` counts when everything up to `highest` is looked at. */
export function reaches(highest: Layer, layer: Layer): boolean {
  return LAYERS.indexOf(layer) <= LAYERS.indexOf(highest);
}
