import { assertEquals, assertMatch } from "@std/assert";
import { BLAS_PATHS, loadBlas } from "../../experiments/openblas.ts";
import { createRandom } from "../../tensor/random.ts";
import { assertClose } from "../tensor/close.ts";

const products = await loadBlas(), missing = products ? "" : " (needs OpenBLAS)";

Deno.test("tasks that train may load the libraries that loadBlas() looks for, and no others", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  for (const name of ["quickstart", "run", "ablate", "test"]) {
    const flag = /--allow-ffi=(\S+)/.exec(tasks[name].command)?.[1];
    assertEquals(flag?.split(","), BLAS_PATHS, name);
  }
});

Deno.test("loadBlas() gives nothing where there is no library", async () => {
  assertEquals(await loadBlas({ paths: ["/usr/lib/x86_64-linux-gnu/libopenblas.so.0.absent"] }), undefined);
  assertEquals(await loadBlas({ paths: [] }), undefined);
});

Deno.test({
  name: `loadBlas() multiplies all transposes as float64 does${missing}`,
  ignore: !products,
  fn() {
    assertMatch(products!.name, /^(OpenBLAS( \d+\.\d+\.\d+)?, \d+ threads|Accelerate)$/);
    const random = createRandom(0, "products"),
      values = (size: number) => Float32Array.from({ length: size }, () => random.normal());
    for (const [m, n, k] of [[1, 1, 1], [5, 7, 3], [64, 33, 129]] as const) {
      for (const [transposeA, transposeB, beta] of [[false, false, 0], [true, false, 1], [false, true, 0]] as const) {
        const a = values(m * k), b = values(k * n), c = values(m * n);
        const wanted = Float64Array.from(c, (value, i) => {
          const row = Math.floor(i / n), column = i % n;
          let sum = beta * value;
          for (let t = 0; t < k; t++) {
            sum += a[transposeA ? t * m + row : row * k + t]! * b[transposeB ? column * k + t : t * n + column]!;
          }
          return sum;
        });
        products!.multiply({ m, n, k, a, b, c, transposeA, transposeB, beta });
        assertClose(c, wanted, 1e-6);
      }
    }
  },
});
