/**
 * The optimizers and schedules that manifests can name: one export line each.
 *
 * @module
 */
export { cosine } from "./cosine_schedule.ts";
export { polynomial } from "./polynomial_schedule.ts";
export { sgd } from "./sgd.ts";
export { step } from "./step_schedule.ts";
