/**
 * The protocols that manifests can name: one export line each.
 *
 * @module
 */
export { angles } from "./angles.ts";
export { dominantCentre } from "./dominant_centre.ts";
export { identification } from "./identification.ts";
export { ijbIdentification } from "./ijb_identification.ts";
export { ijbVerification } from "./ijb_verification.ts";
export { megafaceProtocol } from "./megaface.ts";
export { retrieval } from "./retrieval.ts";
export { verification } from "./verification.ts";
export { verificationAdaface } from "./verification_adaface.ts";
export { verificationEvolve } from "./verification_evolve.ts";
export { verificationFacexzoo } from "./verification_facexzoo.ts";
export { verificationMagface } from "./verification_magface.ts";
export { verificationOpensphere } from "./verification_opensphere.ts";
export { ytfVerification } from "./ytf_verification.ts";
