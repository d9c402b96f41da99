/**
 * What a figure is: a Vega-Lite specification with its data inside, and words about it.
 *
 * @module
 */
import type { Exhibit } from "../exhibit.ts";
import type { ImageSources } from "./pair_images.ts";

/** A Vega-Lite 6 specification; it holds its data, and no colour, font or size that the theme says. */
export type VegaLiteSpec = Readonly<Record<string, unknown>>;

/** A figure that can be drawn. */
export interface ExhibitFigure {
  /** Name, unique in an experiment; a file name without its ending. */
  readonly name: string;
  /** Title. */
  readonly title: string;
  /** What it shows, with what a reader must know of how it was made. */
  readonly caption: string;
  /** The same for those who cannot see it: what is drawn, and the figures that matter. */
  readonly alt: string;
  /** The drawing. */
  readonly spec: VegaLiteSpec;
}

/** What figures are made from. */
export interface FigureSource {
  /** The experiment. */
  readonly exhibit: Exhibit;
  /** Where the images of its pairs are found; nothing that shows test data is drawn without. */
  readonly images?: ImageSources;
}

/** A kind of figure. */
export interface FigurePlugin {
  /** Name by which it is asked for. */
  readonly name: string;
  /** What it shows, in one sentence. */
  readonly summary: string;
  /**
   * Draws it: one figure, or one for each evaluation.
   *
   * @throws {MissingFigureData} if the records have nothing to draw.
   */
  draw(source: FigureSource): Promise<readonly ExhibitFigure[]> | readonly ExhibitFigure[];
}

/** Records do not hold what a figure shows; the message says what is lacking and how it comes to be there. */
export class MissingFigureData extends Error {
  /** Of every such error. */
  override readonly name = "MissingFigureData";
}

/** The version of Vega-Lite that specifications name. */
export const VEGA_LITE_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json";
