/**
 * The built-in heads; a new head is one more line here.
 *
 * @module
 */
export { adacos } from "./adacos.ts";
export { adaface } from "./adaface.ts";
export { arcface } from "./arcface.ts";
export { center } from "./center.ts";
export { combined } from "./combined.ts";
export { cosface } from "./cosface.ts";
export { curricularface } from "./curricularface.ts";
export { dynamicMargin } from "./dynamic_margin.ts";
export { elasticfaceArc, elasticfaceCos } from "./elasticface.ts";
export { inter } from "./inter.ts";
export { intra } from "./intra.ts";
export { magface } from "./magface.ts";
export { normSoftmax } from "./norm_softmax.ts";
export { softmax } from "./softmax.ts";
export { sphereface } from "./sphereface.ts";
export { sphereface2 } from "./sphereface2.ts";
export { spherefaceR } from "./sphereface_r.ts";
export { subcenterArcface } from "./subcenter_arcface.ts";
export { triplet } from "./triplet.ts";
export { uniface } from "./uniface.ts";
