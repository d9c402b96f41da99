/**
 * The program's version, as a module: packages for other registries leave `deno.json` out.
 *
 * @module
 */

/** Version of marginlab, that of `deno.json`. */
export const VERSION: string = "0.1.0";
