import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseGpuCheck, parseOptions } from "../../bench/options.ts";
import { compare, type Report, shareOfPeak } from "../../bench/result.ts";
import { figures, renderAgainst, renderSuite } from "../../bench/table.ts";

const row = compare({ suite: "kernels", name: "product", work: { flops: 2e9 } }, [
  { name: "ours", ms: [10, 10, 10] },
  { name: "theirs", ms: [20, 30, 40] },
  { name: "absent", ms: [], error: "no | adapter" },
], () => ({ peak: { gflops: 400, gigabytes: 10 } }));

function reportOf(comparisons: Report["comparisons"]): Report {
  return { comparisons } as unknown as Report;
}

Deno.test("compare() takes ratios to the first side and shares of the nearer limit", () => {
  const [ours, theirs, absent] = row.sides;
  assertEquals(ours!.ratio, undefined);
  assertEquals(ours!.roofline, 0.5);
  assertEquals(theirs!.ratio?.median, 3);
  assertEquals(absent, { name: "absent", error: "no | adapter" });
  assertEquals(shareOfPeak({ flops: 1e9, bytes: 8e9 }, 1000, { gflops: 10, gigabytes: 10 }), 0.8);
});

Deno.test("a table has one line a side and says why one did not run", () => {
  const lines = renderSuite(reportOf([row]), "kernels").trim().split("\n");
  assertEquals(lines.length, 5);
  assertStringIncludes(lines[2]!, "| product | ours | 10.0 (10.0–10.0) | 1 | 200 GFLOP/s | 50 % |");
  assertStringIncludes(lines[4]!, "did not run: no \\| adapter");
  assert(lines.every((line) => line.replaceAll("\\|", "").split("|").length === 8));
  assertEquals(renderSuite(reportOf([row]), "heads"), "");
});

Deno.test("reports are compared side by side by suite, work and name", () => {
  const faster = {
    ...row,
    sides: row.sides.map((side) => side.name === "ours" ? { ...side, ms: { ...side.ms!, median: 5 } } : side),
  };
  const text = renderAgainst(reportOf([faster]), reportOf([row]));
  assertStringIncludes(text, "| kernels | product | ours | 10.0 | 5.00 | 0.50 |");
  assertEquals(text.split("\n").length, 5);
});

Deno.test("figures() prints three", () => {
  assertEquals([1234, 12.34, 1.234, 0.1234].map(figures), ["1234", "12.3", "1.23", "0.12"]);
});

Deno.test("the benchmarks' flags are read, and wrong ones named", () => {
  const options = parseOptions(["heads", "--backend", "webgpu,wasm", "--quick", "--json=x.json"], ["wasm"]);
  assertEquals(options.suites, ["heads"]);
  assertEquals(options.backends, ["webgpu", "wasm"]);
  assertEquals([options.quick, options.peers, options.blas, options.json], [true, false, true, "x.json"]);
  assertEquals(parseOptions([], ["wasm"]).suites.length, 5);
  assertThrows(() => parseOptions(["--fast"], []), SyntaxError, 'found "--fast"');
  assertThrows(() => parseOptions(["speed"], []), SyntaxError, "wanted kernels, heads");
  assertThrows(() => parseOptions(["--backend=cpu"], []), SyntaxError, 'found "cpu"');
});

Deno.test("parseGpuCheck() reads network and batch, and names what is wrong", () => {
  const networks = ["iresnet18", "iresnet50"];
  assertEquals(parseGpuCheck([], networks), undefined);
  assertEquals(parseGpuCheck(["--steps"], networks), ["iresnet50", 128]);
  assertThrows(() => parseGpuCheck(["--foo"], networks), SyntaxError, 'found "--foo", wanted --steps');
  assertThrows(() => parseGpuCheck(["--steps", "foo"], networks), SyntaxError, 'found "foo"');
  assertThrows(() => parseGpuCheck(["--steps", "iresnet18", "abc"], networks), SyntaxError, 'found "abc"');
});
