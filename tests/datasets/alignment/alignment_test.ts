import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { unzlibSync } from "fflate";
import {
  type AffineMatrix,
  alignFace,
  fivePoints,
  similarityOf,
  templateFor,
  warpAffine,
} from "../../../datasets/mod.ts";
import { DATA, fromBase64, hasData, readFixture } from "../helpers.ts";

interface Fixture {
  readonly sizes: readonly [number, number][];
  readonly landmarks: string;
  readonly matrices: string;
  readonly many: readonly number[];
  readonly five: readonly number[];
  readonly warps: readonly {
    readonly from: readonly [number, number, 1 | 3];
    readonly to: [number, number];
    readonly matrix: AffineMatrix;
    readonly sha256: string;
  }[];
}

const fixture = readFixture<Fixture>("alignment.json");
const unpack = (text: string): ArrayBuffer => unzlibSync(fromBase64(text)).slice().buffer;

/** Where a map takes a point. */
function apply([a, b, c, d, e, f]: AffineMatrix, x: number, y: number): [number, number] {
  return [a * x + b * y + c, d * x + e * y + f];
}

Deno.test("similarityOf() maps 1,000 faces as scikit-image does, mirrored ones and points on a line too", () => {
  const landmarks = Float64Array.from(new Int32Array(unpack(fixture.landmarks)), (value) => value / 1000);
  const matrices = new Float32Array(unpack(fixture.matrices));
  assertEquals(landmarks.length, 10_000);
  let worst = 0;
  for (let i = 0; i < 1000; i++) {
    const points = landmarks.subarray(i * 10, i * 10 + 10), [h, w] = fixture.sizes[i % fixture.sizes.length]!;
    const [a, d, c, f] = matrices.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
    const ours = similarityOf(points, templateFor(h, w)), theirs: AffineMatrix = [a, -d, c, d, a, f];
    for (const [x, y] of [...pairs(points), [0, 0], [250, 0], [0, 250], [250, 250]] as [number, number][]) {
      const [u, v] = apply(ours, x, y), [s, t] = apply(theirs, x, y);
      worst = Math.max(worst, Math.abs(u - s), Math.abs(v - t));
    }
  }
  assert(worst < 1e-3, `${worst} pixels`);
});

function pairs(points: ArrayLike<number>): [number, number][] {
  return Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!]);
}

Deno.test("similarityOf() refuses what no rotation is best for", () => {
  const template = templateFor(112, 112), square = [0, 0, 1, 0, 1, 1, 0, 1];
  const message = "all points are one";
  assertThrows(() => similarityOf([7.1, 3.3, 7.1, 3.3, 7.1, 3.3, 7.1, 3.3, 7.1, 3.3], template), RangeError, message);
  assertThrows(() => similarityOf(square, new Array(8).fill(0.1)), RangeError, message);
  assertThrows(() => similarityOf(square, [0, 0, 0, 1, 1, 1, 1, 0]), RangeError, "left and right may be exchanged");
  assertThrows(() => similarityOf([...square.slice(1), NaN], square), RangeError, "no finite number");
  assertThrows(() => similarityOf(square, template), TypeError, "Cannot align 8 coordinates to 10");
});

Deno.test("templateFor() gives the template of every size, and refuses others", () => {
  assertEquals([...templateFor(112, 112)].slice(0, 2), [38.2946, 51.6963]);
  const near = (size: [number, number], x: number, y: number): void => {
    const [foundX, foundY] = templateFor(...size);
    assertAlmostEquals(foundX!, x, 1e-9);
    assertAlmostEquals(foundY!, y, 1e-9);
  };
  near([112, 96], 30.2946, 51.6963);
  near([224, 192], 60.5892, 103.3926);
  near([224, 224], 76.5892, 103.3926);
  near([128, 128], 46.2946, 51.6963);
  near([256, 256], 92.5892, 103.3926);
  near([896, 896], 38.2946 * 8, 51.6963 * 8);
  for (const [h, w] of [[96, 112], [100, 100], [0, 0], [128, 112]] as const) {
    assertThrows(() => templateFor(h, w), RangeError, `Cannot align to ${h} × ${w} pixels`);
  }
});

Deno.test("fivePoints() takes five points, or the five among 68", () => {
  assertEquals([...fivePoints(fixture.five)], fixture.five);
  assertEquals([...fivePoints(fixture.many)], fixture.five);
  assertThrows(() => fivePoints([1, 2]), TypeError, "Cannot align by 2 coordinates");
});

/** The images that tests/oracle/alignment.py makes. */
function image(
  i: number,
  [height, width, channels]: readonly [number, number, 1 | 3],
): Parameters<typeof warpAffine>[0] {
  const data = Uint8Array.from({ length: height * width * channels }, (_, at) => {
    const c = at % channels, x = Math.floor(at / channels) % width, y = Math.floor(at / (channels * width));
    if (i % 2) return Math.imul(x + 61 * y + 7919 * c + i, 2654435761) >>> 24;
    return (x * (1 + i % 5) + y * (1 + i % 3) + 50 * c) % 256;
  });
  return { height, width, channels, data };
}

Deno.test("warpAffine() gives OpenCV's bytes, for faces, shears and mirrors", () => {
  fixture.warps.forEach(({ from, to, matrix, sha256: wanted }, i) => {
    const source = image(i, from), { height, width, channels, data } = warpAffine(source, matrix, to);
    assertEquals([height, width, channels], [...to, from[2]]);
    assertEquals(bytesToHex(sha256(data)), wanted, `image ${i}`);
  });
});

Deno.test("warpAffine() is 0 outside of the image, and refuses a matrix without inverse", () => {
  const white = { height: 4, width: 4, channels: 1 as const, data: new Uint8Array(16).fill(255) };
  assertEquals([...warpAffine(white, [1, 0, 2.5, 0, 1, 0], [1, 6]).data], [0, 0, 128, 255, 255, 255]);
  assertEquals(warpAffine(white, [1, 0, 1e9, 0, 1, 0], [4, 4]).data, new Uint8Array(16));
  assertThrows(() => warpAffine(white, [1, 2, 0, 2, 4, 0], [4, 4]), RangeError, "determinant 0");
});

Deno.test("alignFace() brings the landmarks of a turned face to the template", () => {
  // Five bright squares at the landmarks of a face that is turned by 90° and half as large.
  const side = 80, data = new Uint8Array(side * side), template = templateFor(112, 112);
  const landmarks = pairs(template).flatMap(([x, y]) => [Math.round(70 - y / 2), Math.round(x / 2 + 5)]);
  for (const [x, y] of pairs(landmarks)) {
    for (const dy of [-1, 0, 1]) data.fill(255, (y + dy) * side + x - 1, (y + dy) * side + x + 2);
  }
  const aligned = alignFace({ height: side, width: side, channels: 1, data }, landmarks, { size: [112, 112] });
  for (const [x, y] of pairs(template)) assertEquals(aligned.data[Math.round(y) * 112 + Math.round(x)], 255);
  assert(aligned.data.reduce((sum, byte) => sum + byte, 0) > 255 * 5 * 20);
});

Deno.test({
  name: "similarityOf() brings 1,000 faces of LFW near the template (needs lfw/landmarks.txt)",
  ignore: !hasData("lfw/landmarks.txt"),
  fn() {
    const lines = Deno.readTextFileSync(`${DATA}/lfw/landmarks.txt`).trim().split("\n");
    assertEquals(lines.length, 13233);
    const template = templateFor(112, 112), errors: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const points = lines[i * 13]!.split("\t").slice(1).map(Number), matrix = similarityOf(points, template);
      const squares = pairs(points).map(([x, y], j) => {
        const [u, v] = apply(matrix, x, y);
        return (u - template[2 * j]!) ** 2 + (v - template[2 * j + 1]!) ** 2;
      });
      errors.push(Math.sqrt(squares.reduce((a, b) => a + b) / 5));
    }
    // Root mean square distance of the five points in pixels; scikit-image gives the same.
    assertAlmostEquals(errors.reduce((a, b) => a + b) / 1000, 3.222335111434926, 1e-9);
    assertAlmostEquals(Math.max(...errors), 9.345606607674283, 1e-9);
  },
});
