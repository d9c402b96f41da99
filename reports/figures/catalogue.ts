/**
 * The figures, in the order in which they are shown.
 *
 * @module
 */
import type { FigurePlugin } from "./figure.ts";
import { loss } from "./loss.ts";
import { cmc, det, roc } from "./operating.ts";

/** Every kind of figure. */
export const FIGURES: readonly FigurePlugin[] = [roc, det, cmc, loss];
