import { assertEquals } from "@std/assert";
import { didYouMean, editDistance, listNames, nearest } from "../../registry/nearest.ts";

Deno.test("editDistance() counts insertions, deletions, substitutions and swaps", () => {
  // Known values of the optimal string alignment distance; "ca" → "abc" is 3 there (2 for the unrestricted distance).
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["sgd", "sdg", 1],
    ["ca", "abc", 3],
    ["arcface", "arcface", 0],
  ];
  for (const [a, b, distance] of cases) assertEquals([editDistance(a, b), editDistance(b, a)], [distance, distance]);
});

Deno.test("nearest() finds slips, other cases and other separators", () => {
  const keys = ["steps", "batchSize", "augment", "sampler"];
  assertEquals(nearest("batch_size", keys), ["batchSize"]);
  assertEquals(nearest("batchsize", keys), ["batchSize"]);
  assertEquals(nearest("setps", keys), ["steps"]);
  assertEquals(nearest("conv", ["convnet", "iresnet"]), ["convnet"]);
});

Deno.test("nearest() gives nothing for short or distant words", () => {
  assertEquals(nearest("x", ["m", "s"]), []);
  assertEquals(nearest("margin", ["m", "s"]), []);
  assertEquals(nearest("a".repeat(10_000), ["arcface"]), []);
});

Deno.test("nearest() gives the nearest first", () => {
  assertEquals(nearest("clipp", ["flip", "clip"])[0], "clip");
});

Deno.test("didYouMean() and listNames() are silent or short where they should be", () => {
  assertEquals(didYouMean("zzz", ["arcface"]), "");
  const many = Array.from({ length: 43 }, (_, i) => `n${i}`);
  assertEquals(listNames(many).endsWith('"n39" and 3 more'), true);
});
