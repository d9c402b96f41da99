/**
 * The file `program.js` that lies beside the page.
 *
 * @module
 */

/**
 * Makes the bundle a function that does nothing until a worker starts with its text: so one file serves pages that are
 * served and pages from a disk, which may not start a worker from a file.
 *
 * @param bundle The worker's program as one classic script.
 * @param wasm tfjs's WASM binary, with SIMD.
 */
export function programText(bundle: string, wasm: Uint8Array): string {
  return `globalThis.marginlabProgram = function () {
globalThis.marginlabWasm = "${wasm.toBase64()}";
${bundle}
};
`;
}
