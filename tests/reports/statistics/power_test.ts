import { assert, assertEquals, assertThrows } from "@std/assert";
import { detectableDifference, mcnemarPower, pairedPower, pairsNeeded, seedsNeeded } from "../../../reports/mod.ts";
import { assertNear, oracle } from "./oracle.ts";

Deno.test("pairedPower() is statsmodels' TTestPower", () => {
  for (const [effect, n, alpha, power] of oracle.power.paired as [number, number, number, number][]) {
    assertNear(pairedPower(effect, n, alpha), power, 1e-9, `effect ${effect}, n ${n}:`);
  }
});

Deno.test("seedsNeeded() is statsmodels' solve_power, rounded up", () => {
  for (const [effect, alpha, power, n] of oracle.power.seeds as [number, number, number, number][]) {
    assertNear(pairedPower(effect, n, alpha), power, 1e-9);
    assertEquals(seedsNeeded(effect, 1, { alpha, power }), Math.ceil(n));
    assertEquals(seedsNeeded(-0.01 * effect, 0.01, { alpha, power }), Math.ceil(n));
  }
});

Deno.test("detectableDifference() is statsmodels' solve_power for the effect", () => {
  for (const [n, effect] of oracle.power.detectable as [number, number][]) {
    // SciPy's critical value has nine digits, and this its inverse power with it.
    assertNear(detectableDifference(n, 0.5), effect / 2, 1e-8, `n ${n}:`);
    assertNear(pairedPower(detectableDifference(n, 1), n), 0.8, 1e-12);
  }
});

Deno.test("pairsNeeded() gives published sizes by Connor's formula", () => {
  // p₁₀ = 0.05 and p₀₁ = 0.45: 23 at powerandsamplesize.com, which cites Connor;
  // 0.3 and 0.15: 155.
  assertEquals(pairsNeeded(0.4, 0.5), 23);
  assertEquals(pairsNeeded(-0.15, 0.45), 155);
});

Deno.test("mcnemarPower() reaches the power at the size that it needs, and not with one pair less", () => {
  for (const [difference, discordant] of [[0.005, 0.02], [0.01, 0.05], [-0.15, 0.45]] as const) {
    const n = pairsNeeded(difference, discordant);
    assert(mcnemarPower(difference, discordant, { n }) >= 0.8);
    assert(mcnemarPower(difference, discordant, { n: n - 1 }) < 0.8);
  }
});

Deno.test("planning refuses what cannot be planned", () => {
  assertThrows(() => seedsNeeded(0, 1), RangeError, "difference of 0");
  assertThrows(() => seedsNeeded(1, 0), RangeError, "standard deviation of 0");
  assertThrows(() => seedsNeeded(1, 1, { power: 1 }), RangeError, "power 1");
  assertThrows(() => seedsNeeded(1, 1, { alpha: 0.9 }), RangeError, "more than alpha");
  assertThrows(() => seedsNeeded(1e-9, 1), RangeError, "which no sweep has");
  assertThrows(() => pairsNeeded(0.1, 0.05), RangeError, "0.05 of the pairs");
});
