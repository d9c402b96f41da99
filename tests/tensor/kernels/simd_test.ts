import { assertEquals } from "@std/assert";
import { SIMD_MODULE } from "../../../tensor/kernels/wasm/simd_bytes.ts";
import { compileSimd } from "../../../tools/build_simd.ts";

Deno.test("the SIMD kernels are what their sources compile to", async () => {
  assertEquals((await compileSimd()).toBase64(), SIMD_MODULE, 'run "deno task simd" to compile them anew');
});
