import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Boundary,
  boundaryAngle,
  createMargin,
  type Margin,
  targetLogit,
  targetLogitDerivative,
} from "../../losses/mod.ts";

const DEGREE = Math.PI / 180;
const BOUNDARIES: readonly Boundary[] = ["none", "fallback", "easy", "clip", "reflect"];
const arcface = createMargin({ m2: 0.5 });
const cosface = createMargin({ m3: 0.35 });
const sphereface = createMargin({ m1: 1.35 });
const cm1 = createMargin({ m2: 0.3, m3: 0.2 });
const cm2 = createMargin({ m1: 0.9, m2: 0.4, m3: 0.15 });

/** φ written down a second time, from the angle alone. */
function phi({ m1, m2, m3, boundary }: Margin, theta: number): number {
  const angle = m1 * theta + m2, k = Math.floor(angle / Math.PI);
  if (boundary === "easy") return Math.cos(theta) > 0 ? Math.cos(angle) - m3 : Math.cos(theta);
  if (boundary === "reflect") return (-1) ** k * Math.cos(angle) - 2 * k - m3;
  if (boundary === "none" || angle <= Math.PI) return Math.cos(angle) - m3;
  return (boundary === "clip" ? -1 : Math.cos(theta) - m2 * Math.sin(m2)) - m3;
}

/** Random margins, and angles that keep clear of every kink by `clear` radians. */
const cases = fc.record({
  m1: fc.oneof(fc.constant(1), fc.constant(4), fc.double({ min: 0.5, max: 5, noNaN: true })),
  m2: fc.double({ min: 0, max: Math.PI / 2, noNaN: true }),
  m3: fc.double({ min: 0, max: 1, noNaN: true }),
  boundary: fc.constantFrom(...BOUNDARIES),
  theta: fc.double({ min: 0.02, max: Math.PI - 0.02, noNaN: true }),
}).filter(({ m1, m2, boundary, theta }) => {
  const phase = (m1 * theta + m2) / Math.PI;
  return (boundary !== "fallback" || m1 === 1) && Math.abs(phase - Math.round(phase)) > 1e-3 &&
    Math.abs(theta - Math.PI / 2) > 1e-3;
});

Deno.test("targetLogit() gives the paper's target logits at 90 degrees", () => {
  const expected: [Margin, number][] = [
    [arcface, -0.4794],
    [cosface, -0.35],
    [sphereface, -0.5225],
    [cm1, -0.4955],
    [cm2, -0.3905],
  ];
  for (const [margin, logit] of expected) assertAlmostEquals(targetLogit(margin, 0), logit, 5e-5);
});

Deno.test("boundaryAngle() is where the curve turns up", () => {
  const expected: [Margin, number][] = [[arcface, 151.35], [sphereface, 133.33], [cm1, 162.81], [cm2, 174.54]];
  for (const [margin, degrees] of expected) {
    const angle = boundaryAngle(margin)!;
    assertAlmostEquals(angle / DEGREE, degrees, 5e-3);
    const at = (offset: number) => targetLogit(margin, Math.cos(angle + offset));
    assert(at(-0.02) > at(0) && at(0.02) > at(0), "the minimum is at the boundary");
  }
  assertEquals(boundaryAngle(cosface), undefined);
});

Deno.test("targetLogit() equals the formula written in angles", () => {
  fc.assert(
    fc.property(cases, ({ theta, ...parts }) => {
      const margin = createMargin(parts);
      assertAlmostEquals(targetLogit(margin, Math.cos(theta)), phi(margin, theta), 1e-10);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

Deno.test("targetLogitDerivative() equals central differences", () => {
  fc.assert(
    fc.property(cases, ({ theta, ...parts }) => {
      const margin = createMargin(parts), c = Math.cos(theta), h = 1e-6;
      const difference = (targetLogit(margin, c + h) - targetLogit(margin, c - h)) / (2 * h);
      const derivative = targetLogitDerivative(margin, c);
      assertAlmostEquals(derivative, difference, 2e-4 * Math.max(1, Math.abs(difference)));
    }),
    { seed: 2, numRuns: 1000 },
  );
});

Deno.test("targetLogit() and targetLogitDerivative() are finite on all of [-1, 1]", () => {
  for (const boundary of BOUNDARIES) {
    for (const m1 of boundary === "fallback" ? [1] : [0.9, 1, 1.35, 4]) {
      for (const epsilon of [1e-7, 1e-6, 1e-2]) {
        const margin = createMargin({ m1, m2: 0.4, m3: 0.15, boundary, epsilon });
        for (let i = -1000; i <= 1000; i++) {
          assert(Number.isFinite(targetLogit(margin, i / 1000)));
          assert(Number.isFinite(targetLogitDerivative(margin, i / 1000)));
        }
        assertEquals(targetLogitDerivative(margin, 1), targetLogitDerivative(margin, 1 - epsilon));
      }
    }
  }
});

Deno.test("targetLogit() falls, jumps or rises past the boundary as each variant does", () => {
  // Largest rise and largest drop between neighbours of a grid over θ, m = 0.5, and whether it falls throughout.
  const expected: Record<Boundary, { falls: boolean; jump: number }> = {
    none: { falls: false, jump: 0 },
    fallback: { falls: true, jump: -0.1173 },
    easy: { falls: false, jump: 0.4794 },
    clip: { falls: true, jump: 0 },
    reflect: { falls: true, jump: 0 },
  };
  for (const boundary of BOUNDARIES) {
    const margin = createMargin({ m2: 0.5, boundary, epsilon: 1e-12 }), n = 20_000;
    const logits = Array.from({ length: n + 1 }, (_, i) => targetLogit(margin, Math.cos(i / n * Math.PI)));
    const steps = logits.slice(1).map((logit, i) => logit - logits[i]!);
    const jump = steps.reduce((a, b) => Math.abs(b) > Math.abs(a) ? b : a);
    assertEquals(steps.every((step) => step <= 1e-12), expected[boundary].falls, boundary);
    assertAlmostEquals(Math.abs(jump) > 1e-3 ? jump : 0, expected[boundary].jump, 2e-3, boundary);
  }
});

Deno.test("targetLogit() of an integer factor is the stepped cosine of SphereFace", () => {
  const margin = createMargin({ m1: 4, boundary: "reflect" });
  const logits = Array.from({ length: 181 }, (_, i) => targetLogit(margin, Math.cos(i * DEGREE)));
  logits.slice(1).forEach((logit, i) => assert(logit <= logits[i]!, `ψ falls at ${i + 1} degrees`));
  assertAlmostEquals(logits[45]!, -1, 1e-9);
  assertAlmostEquals(logits[90]!, -3, 1e-9);
  assertAlmostEquals(logits[135]!, -5, 1e-9);
});

Deno.test("targetLogit() refuses the fallback of a multiplied angle", () => {
  assertThrows(
    () => targetLogit(createMargin({ m1: 1.35, boundary: "fallback" }), 0),
    RangeError,
    'Cannot use boundary "fallback" with m1 = 1.35',
  );
});
