/**
 * The figures of a report, drawn for its page: their colours are the page's, light and dark.
 *
 * @module
 */
import { drawFigures } from "../figures/draw.ts";
import type { FigureSource } from "../figures/figure.ts";
import { renderSvg } from "../figures/render.ts";
import type { ReportSource } from "./source.ts";

/** Draws every figure that the records have something for, and tells which have nothing. */
export async function drawForReport(source: FigureSource): Promise<Required<Pick<ReportSource, "figures" | "absent">>> {
  const { figures, absent } = await drawFigures(source);
  const drawn = [];
  for (const figure of figures) drawn.push({ figure, svg: await renderSvg(figure, "page") });
  return { figures: drawn, absent };
}
