/**
 * The figures, in the order in which they are shown.
 *
 * @module
 */
import { pairAngles, targetAngles } from "./angles.ts";
import { accuracySteps } from "./accuracy_steps.ts";
import { agreement } from "./agreement.ts";
import { confused } from "./confused.ts";
import { embedding } from "./embedding.ts";
import type { FigurePlugin } from "./figure.ts";
import { intervals } from "./intervals.ts";
import { loss } from "./loss.ts";
import { margin } from "./margin.ts";
import { cmc, det, roc } from "./operating.ts";
import { decisionBoundary, targetLogit } from "./target_logit.ts";

/** Every kind of figure. */
export const FIGURES: readonly FigurePlugin[] = [
  intervals,
  margin,
  roc,
  det,
  cmc,
  pairAngles,
  agreement,
  confused,
  accuracySteps,
  loss,
  embedding,
  targetAngles,
  targetLogit,
  decisionBoundary,
];
