/**
 * Compiles the SIMD kernels from AssemblyScript to the module that the WASM backend loads.
 *
 *     deno task simd
 *
 * @module
 */
import asc from "assemblyscript/asc";

const SOURCES = new URL("../tensor/kernels/wasm/simd/", import.meta.url);
const TARGET = new URL("../tensor/kernels/wasm/simd_bytes.ts", import.meta.url);

/**
 * Compiles `simd/index.as` with all that it exports.
 *
 * @returns The module; the same sources and compiler give the same bytes.
 * @throws {SyntaxError} with the compiler's messages.
 */
export async function compileSimd(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const flags = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--importMemory", "--noExportMemory"];
  const { error, stderr } = await asc.main(["index.ts", "--outFile", "out.wasm", "--initialMemory", "0", ...flags], {
    // The sources are no TypeScript for the rest of the house: their names end in `.as`.
    readFile: (name: string) => Deno.readTextFile(new URL(name.replace(/\.ts$/, ".as"), SOURCES)).catch(() => null),
    writeFile: (name: string, content: string | Uint8Array) => {
      if (name === "out.wasm") binary = content as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new SyntaxError(`Cannot compile the SIMD kernels: ${stderr}`);
  return binary;
}

/** The text of the generated file. */
export function renderSimd(binary: Uint8Array): string {
  const base64 = binary.toBase64();
  const lines = base64.match(/.{1,100}/g)!.map((line) => `  "${line}"`).join(" +\n");
  return `/**
 * The SIMD kernels as base64: made by \`deno task simd\` from \`simd/*.as\`, not written by hand.
 *
 * @module
 */

/** The module's bytes in base64. */
export const SIMD_MODULE: string =
${lines};
`;
}

if (import.meta.main) {
  const binary = await compileSimd();
  await Deno.writeTextFile(TARGET, renderSimd(binary));
  console.log(`Wrote ${binary.length} bytes of SIMD kernels`);
}
