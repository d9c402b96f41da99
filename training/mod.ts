/**
 * Training: optimizers, schedules, the loop as an async generator of events, checkpoints.
 *
 * @module
 */
export * from "./catalogue.ts";
export * from "./checkpoint.ts";
export * from "./clip.ts";
export * from "./divergence.ts";
export * from "./loss_scale.ts";
export * from "./optimizer.ts";
export * from "./safetensors.ts";
export type { StepAngles } from "./target_angles.ts";
export * from "./trainer.ts";
export * from "./weight_average.ts";
export * from "./weights.ts";
