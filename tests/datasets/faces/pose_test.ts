import { assertAlmostEquals, assertEquals } from "@std/assert";
import { TEMPLATE_112 } from "../../../datasets/alignment/template.ts";
import { applySimilarity, fitSimilarity, misalign, project, rotation, template } from "../../../datasets/faces/pose.ts";

Deno.test("project() follows the plain formulas of yaw and pitch", () => {
  const [x, y, z] = [0.3, -0.2, 0.9], yaw = 0.5;
  const depth = z * Math.cos(yaw) - x * Math.sin(yaw);
  const turned = project([x, y, z], rotation({ yaw, pitch: 0, roll: 0 }));
  assertAlmostEquals(turned[0]!, (x * Math.cos(yaw) + z * Math.sin(yaw)) * 9 / (9 - depth), 1e-12);
  assertAlmostEquals(turned[1]!, y * 9 / (9 - depth), 1e-12);
  const pitch = 0.4, nod = project([x, y, z], rotation({ yaw: 0, pitch, roll: 0 }));
  const nearer = z * Math.cos(pitch) - y * Math.sin(pitch);
  assertAlmostEquals(nod[1]!, (y * Math.cos(pitch) + z * Math.sin(pitch)) * 9 / (9 - nearer), 1e-12);
});

Deno.test("rotation() is orthonormal and right-handed", () => {
  const r = rotation({ yaw: 0.7, pitch: -0.3, roll: 1.1 });
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const dot = r[3 * i]! * r[3 * j]! + r[3 * i + 1]! * r[3 * j + 1]! + r[3 * i + 2]! * r[3 * j + 2]!;
      assertAlmostEquals(dot, i === j ? 1 : 0, 1e-12);
    }
  }
  const cross = r[0]! * r[4]! - r[1]! * r[3]!;
  assertAlmostEquals(cross, r[8]!, 1e-12);
});

Deno.test("fitSimilarity() recovers a similarity, and is least squares where there is none", () => {
  const truth = { a: 1.7, b: -0.4, x: 12, y: -3 }, points = [0, 0, 1, 0.2, -0.5, 2, 0.3, 0.3, 4, -1];
  const found = fitSimilarity(points, applySimilarity(truth, points));
  for (const key of ["a", "b", "x", "y"] as const) assertAlmostEquals(found[key], truth[key], 1e-5);
  const to = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3], best = fitSimilarity(points, to);
  const error = (s: typeof best) => applySimilarity(s, points).reduce((sum, v, i) => sum + (v - to[i]!) ** 2, 0);
  for (const key of ["a", "b", "x", "y"] as const) {
    for (const step of [-0.01, 0.01]) assertEquals(error(best) <= error({ ...best, [key]: best[key] + step }), true);
  }
});

Deno.test("template() is insightface's, and at 112×96 its narrower one", () => {
  assertEquals([...template(112, 112)], [...TEMPLATE_112]);
  const narrow = [30.2946, 51.6963, 65.5318, 51.5014, 48.0252, 71.7366, 33.5493, 92.3655, 62.7299, 92.2041];
  template(112, 96).forEach((value, i) => assertAlmostEquals(value, narrow[i]!, 1e-9));
});

Deno.test("misalign() turns about the middle of the crop", () => {
  const size = { height: 112, width: 112 }, crop = { a: 40, b: 0, x: 55.5, y: 55.5 };
  const turned = misalign(crop, { x: 0, y: 0, scale: 1.1, angle: 0.3 }, size);
  const [x, y] = applySimilarity(turned, [0, 0]);
  assertAlmostEquals(x!, 55.5, 1e-4);
  assertAlmostEquals(y!, 55.5, 1e-4);
  assertAlmostEquals(Math.hypot(turned.a, turned.b), 44, 1e-9);
});
