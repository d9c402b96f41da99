/**
 * Draws figures of an experiment, and tells which cannot be drawn.
 *
 * @module
 */
import { FIGURES } from "./catalogue.ts";
import { type ExhibitFigure, type FigureSource, MissingFigureData } from "./figure.ts";

/** What was drawn. */
export interface DrawnFigures {
  /** The figures, in the order of the catalogue. */
  readonly figures: readonly ExhibitFigure[];
  /** Kinds that the records have nothing for, and why. */
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Draws the figures of the given kinds, by default of all.
 *
 * @throws {RangeError} if a kind is not known.
 */
export async function drawFigures(source: FigureSource, names?: readonly string[]): Promise<DrawnFigures> {
  const figures: ExhibitFigure[] = [], absent: { name: string; reason: string }[] = [];
  for (const plugin of names ? names.map(findFigure) : FIGURES) {
    try {
      for (const figure of await plugin.draw(source)) figures.push({ ...figure, name: fileName(figure.name) });
    } catch (error) {
      if (!(error instanceof MissingFigureData)) throw error;
      absent.push({ name: plugin.name, reason: error.message });
    }
  }
  return { figures, absent };
}

/** The figure of a name. */
function findFigure(name: string) {
  const found = FIGURES.find((figure) => figure.name === name);
  if (found) return found;
  throw new RangeError(`Cannot draw figure "${name}": the figures are ${FIGURES.map((one) => one.name).join(", ")}`);
}

/** A name that is one file's name on every system, whatever an evaluation is called. */
function fileName(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9._-]+/g, "-");
}
