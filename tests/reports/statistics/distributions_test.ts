import { assertEquals, assertThrows } from "@std/assert";
import {
  binomialCdf,
  binomialProbability,
  noncentralTUpper,
  normalCdf,
  normalQuantile,
  normalUpper,
  tCdf,
  tQuantile,
  tTwoSided,
} from "../../../reports/mod.ts";
import { assertNear, oracle } from "./oracle.ts";

const { distributions: expected, noncentral } = oracle;

Deno.test("tTwoSided() and tCdf() are Student's t, far out too", () => {
  for (const [t, freedom, p] of expected.t as [number, number, number][]) {
    assertNear(tTwoSided(t, freedom), p, 1e-12, `t ${t}, ν ${freedom}:`);
    assertNear(tTwoSided(-t, freedom), p, 1e-12);
    assertNear(tCdf(-t, freedom), p / 2, 1e-12);
    assertNear(tCdf(t, freedom), 1 - p / 2, 1e-12);
  }
});

Deno.test("tQuantile() is Student's quantile", () => {
  for (const [p, freedom, t] of expected.tQuantiles as [number, number, number][]) {
    // 1 − p has fewer digits than p, so the upper end is held to what those allow.
    assertNear(tQuantile(p, freedom), -t, 1e-12, `p ${p}, ν ${freedom}:`);
    assertNear(tCdf(tQuantile(1 - p, freedom), freedom), 1 - p, 1e-12);
  }
  assertEquals(tQuantile(0.5, 3), 0);
});

Deno.test("normalUpper(), normalCdf() and normalQuantile() are the normal distribution", () => {
  for (const [z, p] of expected.normal as [number, number][]) {
    assertNear(normalUpper(z), p, 1e-12, `z ${z}:`);
    assertNear(normalCdf(-z), p, 1e-12);
    assertNear(normalCdf(z), 1 - p, 1e-12);
  }
  for (const [p, z] of expected.normalQuantiles as [number, number][]) {
    assertNear(normalQuantile(p), -z, 1e-12, `p ${p}:`);
  }
  assertEquals(normalQuantile(0.5), 0);
});

Deno.test("binomialProbability() and binomialCdf() are exact", () => {
  for (const [k, n, p, mass, below] of expected.binomial as [number, number, number, number, number][]) {
    assertNear(binomialProbability(k, n, p), mass, 1e-12, `k ${k}, n ${n}, p ${p}:`);
    assertNear(binomialCdf(k, n, p), below, 1e-12, `k ${k}, n ${n}, p ${p}:`);
  }
  assertEquals([binomialCdf(-1, 4, 0.3), binomialCdf(4, 4, 0.3), binomialProbability(0, 0, 0.5)], [0, 1, 1]);
  assertEquals([binomialProbability(0, 3, 0), binomialProbability(2, 3, 1), binomialCdf(1, 3, 1)], [1, 0, 0]);
});

Deno.test("noncentralTUpper() is the noncentral t", () => {
  for (const [t, freedom, delta, p] of noncentral as [number, number, number, number][]) {
    assertNear(noncentralTUpper(t, freedom, delta), p, 1e-11, `t ${t}, ν ${freedom}, δ ${delta}:`);
  }
});

Deno.test("distributions refuse what is no probability, and no degrees of freedom", () => {
  assertThrows(() => tQuantile(1, 4), RangeError, "Cannot use probability 1");
  assertThrows(() => normalQuantile(NaN), RangeError, "Cannot use probability NaN");
  assertThrows(() => tCdf(1, 0), RangeError, "Cannot use 0 degrees of freedom");
  assertThrows(() => binomialCdf(1, 2.5, 0.5), RangeError, "Cannot use 2.5 trials");
});
