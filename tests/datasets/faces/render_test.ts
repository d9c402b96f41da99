import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { TEMPLATE_112 } from "../../../datasets/alignment/template.ts";
import { drawConditions, drawIdentity, renderFace, STUDIO } from "../../../datasets/faces/mod.ts";
import { createRandom } from "../../../tensor/random.ts";

const size = { height: 112, width: 112, channels: 1 };
const wild = Object.fromEntries(Object.keys(STUDIO).map((key) => [key, 1])) as unknown as typeof STUDIO;

function studio(index: number) {
  const identity = drawIdentity(0, index);
  const conditions = drawConditions(identity, createRandom(0, `test/${index}`), STUDIO);
  return { identity, conditions: { ...conditions, glasses: false } };
}

function grey(pixels: Uint8Array, x: number, y: number): number {
  return pixels[Math.round(y) * 112 + Math.round(x)]!;
}

for (const degrees of [-25, 0, 25]) {
  Deno.test(`renderFace() puts the eye landmarks on the dark pupils at a yaw of ${degrees}°`, () => {
    for (let index = 0; index < 12; index++) {
      const { identity, conditions } = studio(index);
      const yaw = degrees * Math.PI / 180, { pixels, landmarks } = renderFace(identity, { ...conditions, yaw }, size);
      for (const eye of [0, 1]) {
        const x = landmarks[2 * eye]!, y = landmarks[2 * eye + 1]!;
        const pupil = Math.min(...[-1, 0, 1].map((dx) => grey(pixels, x + dx, y)));
        // The white of the eye is beside the iris, 5 pixels away where the eye faces the camera.
        const white = Math.max(grey(pixels, x - 5, y), grey(pixels, x + 5, y));
        assert(pupil + 25 < white, `identity ${index}, eye ${eye}: pupil ${pupil}, white ${white}`);
      }
    }
  });
}

Deno.test("renderFace() puts the mouth landmarks on either side of the lips", () => {
  const { identity, conditions } = studio(3);
  const { landmarks } = renderFace(identity, conditions, size);
  const { pixels } = renderFace({ ...identity, mouth: { ...identity.mouth, colour: [0, 0, 0] } }, conditions, size);
  const [left, y, right] = [landmarks[6]!, landmarks[7]!, landmarks[8]!];
  const dark = (x: number) => Math.min(...[-2, -1, 0, 1, 2].map((dy) => grey(pixels, x, y + dy)));
  assert(dark(left + 3) + 40 < dark(left - 5) && dark(right - 3) + 40 < dark(right + 5));
});

Deno.test("renderFace() moves the nose with the yaw, and aligns in least squares", () => {
  const { identity, conditions } = studio(1);
  const offset = (yaw: number) => {
    const { landmarks } = renderFace(identity, { ...conditions, yaw }, size);
    for (const axis of [0, 1]) {
      const mean = (points: ArrayLike<number>) =>
        [0, 1, 2, 3, 4].reduce((sum, k) => sum + points[2 * k + axis]! / 5, 0);
      assertAlmostEquals(mean(landmarks), mean(TEMPLATE_112), 1e-3);
    }
    return landmarks[4]! - (landmarks[0]! + landmarks[2]!) / 2;
  };
  const turns = [-1, -0.5, 0, 0.5, 1].map(offset);
  assert(turns.every((value, i) => i === 0 || value > turns[i - 1]! + 2), turns.join());
  assertAlmostEquals(turns[2]!, 0, 0.5);
});

Deno.test("renderFace() is a pure function", () => {
  const identity = drawIdentity(5, 9), conditions = drawConditions(identity, createRandom(5, "pure"), wild);
  const once = renderFace(identity, conditions, size), again = renderFace(drawIdentity(5, 9), conditions, size);
  assertEquals(once, again);
  assertNotEquals(once.pixels, renderFace(drawIdentity(5, 10), conditions, size).pixels);
  assertNotEquals(once.pixels, renderFace(identity, { ...conditions, yaw: conditions.yaw + 0.1 }, size).pixels);
});

Deno.test("renderFace() in grey is the luma of the colours", () => {
  const { identity, conditions } = studio(2);
  const colours = renderFace(identity, conditions, { ...size, channels: 3 }).pixels;
  renderFace(identity, conditions, size).pixels.forEach((value, i) => {
    const luma = 0.299 * colours[3 * i]! + 0.587 * colours[3 * i + 1]! + 0.114 * colours[3 * i + 2]!;
    assertAlmostEquals(value, luma, 1.01);
  });
});

Deno.test("renderFace() draws every size, shape and occluder", () => {
  const identity = drawIdentity(0, 4), conditions = drawConditions(identity, createRandom(0, "any"), wild);
  const seen = new Set<string>();
  for (const occluder of ["none", "sunglasses", "mask", "scarf", "hat", "object"] as const) {
    for (const [height, width] of [[8, 8], [28, 28], [32, 24], [112, 96]] as const) {
      const { pixels } = renderFace(identity, { ...conditions, occluder }, { height, width, channels: 3 });
      assertEquals(pixels.length, height * width * 3);
      if (height === 112) seen.add(pixels.join());
    }
  }
  assertEquals(seen.size, 6);
});

Deno.test("drawConditions() scales one nuisance and leaves the others as they are", () => {
  const identity = drawIdentity(0, 0), draw = (n: typeof STUDIO) => drawConditions(identity, createRandom(0, "c"), n);
  const all = draw(wild), still = draw({ ...wild, pose: 0 });
  assertEquals([still.yaw, still.pitch, still.roll].map(Math.abs), [0, 0, 0]);
  assertEquals(still.light, all.light);
  assertEquals(still.smile, all.smile);
  assertAlmostEquals(draw({ ...wild, pose: 0.5 }).yaw, all.yaw / 2, 1e-12);
  assertEquals(draw(STUDIO).age, identity.age);
});

Deno.test("drawIdentity() draws different people", () => {
  const people = Array.from({ length: 300 }, (_, index) => JSON.stringify({ ...drawIdentity(0, index), index: 0 }));
  assertEquals(new Set(people).size, 300);
  assertNotEquals(drawIdentity(0, 1), drawIdentity(1, 1));
});
