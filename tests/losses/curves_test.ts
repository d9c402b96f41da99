import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  arcface,
  combined,
  cosface,
  createMargin,
  decisionBoundary,
  isMarginHead,
  type Margin,
  normSoftmax,
  softmax,
  sphereface,
  targetLogitCurve,
} from "../../losses/mod.ts";

const DEGREE = Math.PI / 180;

/** Margins of the paper, φ at 90 degrees and, where there is one, the angle at which the curve turns up. */
const PAPER: readonly [name: string, margin: Margin, at90: number, turns: number | undefined][] = [
  ["ArcFace", createMargin({ m2: 0.5 }), -0.4794, 151.35],
  ["CosFace", createMargin({ m3: 0.35 }), -0.35, undefined],
  ["SphereFace", createMargin({ m1: 1.35 }), -0.5225, 133.33],
  ["CM1", createMargin({ m2: 0.3, m3: 0.2 }), -0.4955, 162.81],
  ["CM2", createMargin({ m1: 0.9, m2: 0.4, m3: 0.15 }), -0.3905, 174.54],
];

for (const [name, margin, at90, turns] of PAPER) {
  Deno.test(`targetLogitCurve() of ${name} passes the paper's logit at 90 degrees and turns up where it should`, () => {
    const { degrees, values } = targetLogitCurve(margin, { step: 0.25 });
    assertEquals([degrees.length, values.length, degrees[0], degrees.at(-1)], [721, 721, 0, 180]);
    assertAlmostEquals(values[degrees.indexOf(90)]!, at90, 5e-5);
    const lowest = degrees[values.indexOf(Math.min(...values))]!;
    assertAlmostEquals(lowest, turns ?? 180, 0.13);
  });
}

Deno.test("targetLogitCurve() samples every two degrees, and refuses a step that does not divide 180", () => {
  assertEquals(targetLogitCurve(createMargin({})).degrees.length, 91);
  for (const step of [7, 0, -2, 360, NaN]) {
    assertThrows(() => targetLogitCurve(createMargin({}), { step }), RangeError, `every ${step} degrees`);
  }
});

Deno.test("decisionBoundary() solves each head's equation of Table 1, in both directions", () => {
  const equations: readonly [Margin, (theta: number) => number][] = [
    [createMargin({ m2: 0.5 }), (theta) => Math.cos(theta + 0.5)],
    [createMargin({ m3: 0.35 }), (theta) => Math.cos(theta) - 0.35],
    [createMargin({ m1: 1.35 }), (theta) => Math.cos(1.35 * theta)],
  ];
  for (const [margin, phi] of equations) {
    const { first, second } = decisionBoundary(margin, { step: 5 });
    assert(first.theta1.length > 20);
    for (const [own, other] of [[first.theta1, first.theta2], [second.theta2, second.theta1]] as const) {
      own.forEach((degrees, i) => {
        assertAlmostEquals(phi(degrees * DEGREE), Math.cos(other[i]! * DEGREE), 1e-12);
      });
    }
  }
});

Deno.test("decisionBoundary() of ArcFace is a straight line m before the diagonal", () => {
  const { first } = decisionBoundary(createMargin({ m2: 30 * DEGREE }), { step: 10 });
  first.theta1.forEach((own, i) => {
    if (own <= 150) assertAlmostEquals(first.theta2[i]!, own + 30, 1e-5);
  });
});

Deno.test("decisionBoundary() leaves out angles at which no other angle solves the equation", () => {
  const { first } = decisionBoundary(createMargin({ m3: 0.5 }), { step: 10 });
  // cos θ1 - 0.5 is below -1 from 120 degrees on; 120 itself is on the edge.
  assertEquals(first.theta1.filter((own) => own !== 120), Array.from({ length: 12 }, (_, i) => 10 * i));
});

Deno.test("isMarginHead() tells heads with a margin on the target cosine from others", () => {
  assertEquals([arcface, combined, cosface].map(isMarginHead), [true, true, true]);
  assertEquals([softmax, normSoftmax, sphereface].map(isMarginHead), [false, false, false]);
});
