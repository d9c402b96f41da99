/**
 * The protocols that manifests can name: one export line each.
 *
 * @module
 */
export { angles } from "./angles.ts";
export { dominantCentre } from "./dominant_centre.ts";
export { ijbIdentification } from "./ijb_identification.ts";
export { ijbVerification } from "./ijb_verification.ts";
export { megafaceProtocol } from "./megaface.ts";
export { verification } from "./verification.ts";
export { ytfVerification } from "./ytf_verification.ts";
