/**
 * The built-in heads; a new head is one more line here.
 *
 * @module
 */
export { arcface } from "./arcface.ts";
export { combined } from "./combined.ts";
export { cosface } from "./cosface.ts";
export { normSoftmax } from "./norm_softmax.ts";
export { softmax } from "./softmax.ts";
export { sphereface } from "./sphereface.ts";
