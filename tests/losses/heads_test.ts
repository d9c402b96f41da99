import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { arcface, combined, cosface, type HeadPlugin, normSoftmax, softmax, spherefaceR } from "../../losses/mod.ts";
import { testOnBackends } from "../backends.ts";
import { assertClose } from "../tensor/close.ts";
import { ALL_COSINES, batchAt, flatten, measure, randomBatch } from "./measure.ts";

type Row = readonly [plugin: HeadPlugin, params: Record<string, unknown>];

/** Message of the first problem that a head has with its parameters. */
function problem(plugin: HeadPlugin, params: Record<string, unknown>): string {
  return plugin.params.safeParse(params).error?.issues[0]?.message ?? "";
}

/** The paper's training set, CASIA, has this many classes. */
const CASIA_CLASSES = 10_572;

testOnBackends("heads give the golden losses of orthogonal embeddings on 10,572 classes", async () => {
  const golden: [...Row, number][] = [
    [normSoftmax, {}, 9.266],
    [cosface, {}, 31.666],
    [combined, { m1: 0.9, m2: 0.4, m3: 0.15 }, 34.260],
    [arcface, {}, 39.949],
    [combined, {}, 40.979],
    [combined, { m1: 1.35, m2: 0, m3: 0 }, 42.706],
  ];
  // Embeddings live in the first half of the dimensions, class weights in the second.
  const weights = Array.from({ length: CASIA_CLASSES }, (_, j) => [0, 0, Math.cos(j), Math.sin(j)]);
  const batch = { embeddings: [[1, 0, 0, 0], [3, 4, 0, 0]], labels: [0, CASIA_CLASSES - 1], weights };
  for (const [plugin, params, loss] of golden) {
    const measured = await measure(plugin, params, batch);
    assertAlmostEquals(measured.loss, loss, 1e-3, `${plugin.name}: ${measured.loss}`);
    assertAlmostEquals(measured.statistics["targetAngle"]!, Math.PI / 2, 1e-5);
  }
});

testOnBackends("margins of size none are the norm-softmax", async () => {
  const rows: Row[] = [
    [arcface, { m: 0 }],
    [cosface, { m: 0 }],
    [spherefaceR, { m: 1, s: 64, lw: 64 }],
    [combined, { m1: 1, m2: 0, m3: 0 }],
  ];
  const plain = flatten(await measure(normSoftmax, {}, randomBatch()));
  for (const [plugin, params] of rows) {
    assertClose(flatten(await measure(plugin, params, randomBatch())), plain, 1e-6, plugin.name);
  }
});

testOnBackends("combined() with one margin equals the head of that margin", async () => {
  const pairs: [Row, Row][] = [
    [[combined, { m1: 1, m2: 0.45, m3: 0 }], [arcface, { m: 0.45 }]],
    [[combined, { m1: 1, m2: 0, m3: 0.25 }], [cosface, { m: 0.25 }]],
    [[combined, { m1: 1.6, m2: 0, m3: 0, s: 30, boundary: "reflect" }], [spherefaceR, {
      m: 1.6,
      lw: 30,
      gradient: "exact",
    }]],
  ];
  for (const batch of [randomBatch(), batchAt(ALL_COSINES)]) {
    for (const [[a, aParams], [b, bParams]] of pairs) {
      assertEquals(flatten(await measure(a, aParams, batch)), flatten(await measure(b, bParams, batch)));
    }
  }
});

testOnBackends("detached gradients are those of a logit with slope s", async (backend) => {
  // Far below the other classes, softmax gives the target nothing: dL/dc_y is −s times the slope, exact or not.
  const batch = batchAt([-0.2]), s = 64, c = -0.2, m = 0.5;
  const slopes = { detached: 1, exact: Math.sin(Math.acos(c) + m) / Math.sqrt(1 - c * c) };
  for (const [gradient, slope] of Object.entries(slopes)) {
    const { gradients } = await measure(arcface, { s, m, gradient }, batch);
    // dL/dx = dL/dc_y (ŵ − c x̂)/‖x‖ in the plane of ŵ and x̂; the other classes are orthogonal to it.
    const expected = -s * slope * (1 - c * c) / 2;
    assertClose([gradients["embeddings"]![0]!], [expected], backend === "webgpu" ? 1e-4 : 1e-5, gradient);
  }
});

testOnBackends("heads report the share of samples past the boundary and the mean target angle", async () => {
  const degrees = [10, 100, 150, 153, 170];
  const batch = batchAt(degrees.map((angle) => Math.cos(angle * Math.PI / 180)));
  const mean = degrees.reduce((sum, angle) => sum + angle) / degrees.length * Math.PI / 180;
  const expected: [...Row, number | undefined][] = [
    [arcface, {}, 0.4],
    [cosface, {}, 0],
    [spherefaceR, { m: 4 }, 0.8],
    [normSoftmax, {}, undefined],
    [softmax, {}, undefined],
  ];
  for (const [plugin, params, past] of expected) {
    const { statistics } = await measure(plugin, params, batch);
    assertAlmostEquals(statistics["targetAngle"]!, mean, 2e-5);
    if (past === undefined) assert(!("pastBoundary" in statistics));
    else assertAlmostEquals(statistics["pastBoundary"]!, past, 1e-6, plugin.name);
  }
});

Deno.test("arcface refuses a margin in degrees and says what it is in radians", () => {
  const message = problem(arcface, { m: 28.6 });
  for (const part of ["Cannot use m = 28.6", "m is in radians", "28.6 looks like degrees", "0.499 radians"]) {
    assertStringIncludes(message, part);
  }
  assertStringIncludes(problem(combined, { m2: 17 }), "write m2: 0.297");
  assertEquals(problem(arcface, { m: 1.6 }), "Cannot use m = 1.6: m is in radians, in [0, 1.571]");
  assertStringIncludes(problem(arcface, { m: -0.5 }), "m is in radians, in [0, 1.571]");
});

Deno.test("heads that multiply the angle refuse the fallback", () => {
  const refused = 'c - m sin(m) is defined for m1 = 1 only; use "reflect", "clip", "easy" or "none"';
  assertStringIncludes(problem(combined, { m1: 1.35, m2: 0, boundary: "fallback" }), refused);
  assertStringIncludes(problem(combined, { m1: 0.9, boundary: "fallback" }), "with m1 = 0.9");
  assertEquals(problem(combined, { boundary: "fallback" }), "");
});

Deno.test("heads have the defaults of their papers", () => {
  assertEquals(arcface.params.parse({}), {
    m: 0.5,
    s: 64,
    gradient: "exact",
    boundary: "none",
    epsilon: 1e-6,
    sampleRate: 1,
  });
  assertEquals(cosface.params.parse({}), {
    m: 0.35,
    s: 64,
    gradient: "exact",
    boundary: "none",
    epsilon: 1e-6,
    sampleRate: 1,
  });
  const sizes = { m1: 1, m2: 0.3, m3: 0.2 };
  assertEquals(combined.params.parse({}), {
    ...sizes,
    s: 64,
    gradient: "exact",
    boundary: "none",
    epsilon: 1e-6,
    sampleRate: 1,
  });
});
