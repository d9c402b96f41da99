/**
 * Pickles of Python as data, and the verification sets that insightface keeps in them.
 *
 * @module
 */
export { NumpyArray, unpickle } from "./unpickle.ts";
export { parseVerificationBin, type VerificationBin } from "./verification_bin.ts";
export { type BinProtocol, encodeVerificationBin } from "./encode.ts";
