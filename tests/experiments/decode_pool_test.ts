import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import encodeJpeg from "@jsquash/jpeg/encode.js";
import { encodePng } from "../../datasets/decoding/encode_png.ts";
import { type Preparation, prepareImage } from "../../datasets/mod.ts";
import type { DecodeAnswer, DecodeRequest } from "../../experiments/decode_messages.ts";
import { createDecodePool, type DecodeThread, usualWorkers } from "../../experiments/decode_pool.ts";
import { fromBase64, readFixture } from "../datasets/helpers.ts";

const asIs: Preparation = { size: null, channels: 3, invert: false };

/** A colour PNG whose bytes are those of a stream of numbers. */
function noise(seed: number, side: number): Uint8Array {
  let state = seed + 1;
  const data = Uint8Array.from({ length: side * side * 3 }, () => (state = state * 1103515245 + 12345 >>> 0) >>> 24);
  return encodePng({ width: side, height: side, channels: 3, data });
}

/** A JPEG of the same pixels. */
async function noiseJpeg(seed: number): Promise<Uint8Array> {
  const { height, width, bytes } = await prepareImage({ bytes: noise(seed, 96) }, asIs);
  const data = Uint8ClampedArray.from({ length: height * width * 4 }, (_, i) => bytes[3 * (i >> 2) + i % 4] ?? 0);
  return new Uint8Array(await encodeJpeg({ height, width, data } as unknown as ImageData, { quality: 95 }));
}

const { decoded } = readFixture<{ decoded: { name: string; file: string }[] }>("images.json");
const images = [
  ...decoded.map(({ file }) => fromBase64(file)),
  ...await Promise.all([1, 2, 3].map(noiseJpeg)),
  ...Array.from({ length: 24 }, (_, i) => noise(i, i % 2 === 0 ? 64 : 80)),
];

Deno.test("createDecodePool() gives what prepareImage() gives, in order, whatever the number of threads", async () => {
  for (const preparation of [asIs, { size: [20, 24], channels: 1, invert: true } as const]) {
    const wanted = await Promise.all(images.map((bytes) => prepareImage({ bytes }, preparation)));
    for (const workers of [0, 1, 3]) {
      const pool = createDecodePool({ workers });
      assertEquals(await Promise.all(images.map((bytes) => pool.prepare({ bytes }, preparation))), wanted);
      pool.close();
    }
  }
});

Deno.test("createDecodePool() leaves the bytes that it is given as they are, also a view of a large buffer", async () => {
  const file = noise(1, 64), archive = new Uint8Array(file.length + 100);
  archive.set(file, 50);
  const pool = createDecodePool({ workers: 1 });
  const bytes = archive.subarray(50, 50 + file.length);
  assertEquals(await pool.prepare({ bytes }, asIs), await prepareImage({ bytes: file }, asIs));
  assertEquals(bytes, file);
  pool.close();
});

Deno.test("createDecodePool() refuses damaged images with the class and the words of prepareImage()", async () => {
  const cut = noise(1, 64).slice(0, -400), changed = noise(2, 64);
  changed[changed.length >> 1]! ^= 1;
  const pool = createDecodePool({ workers: 2 });
  const jpeg = (await noiseJpeg(1)).slice(0, -2000);
  const damaged = [cut, jpeg, changed, new Uint8Array(), new TextEncoder().encode("no image")];
  const good = pool.prepare({ bytes: noise(3, 64) }, asIs);
  for (const bytes of damaged) {
    const wanted = await assertRejects(() => prepareImage({ bytes }, asIs), SyntaxError);
    await assertRejects(() => pool.prepare({ bytes }, asIs), SyntaxError, wanted.message);
  }
  assertEquals(await good, await prepareImage({ bytes: noise(3, 64) }, asIs));
  pool.close();
});

Deno.test("createDecodePool() says that a thread ended, and goes on with another", async () => {
  let started = 0;
  const broken = 'data:application/javascript,onmessage = () => { throw new Error("out of order"); };';
  const usual = new URL("../../experiments/decode_worker.ts", import.meta.url);
  const pool = createDecodePool({
    workers: 1,
    start: () => new Worker(started++ === 0 ? broken : usual, { type: "module" }),
  });
  const error = await assertRejects(() => pool.prepare({ bytes: noise(1, 64) }, asIs), Error);
  assertStringIncludes(error.message, "Cannot prepare images: a decoding thread ended");
  assertStringIncludes(error.message, "out of order");
  assertEquals((await pool.prepare({ bytes: noise(1, 64) }, asIs)).height, 64);
  assertEquals(started, 2);
  pool.close();
});

Deno.test("createDecodePool() refuses what is not done when it is closed, and what is asked for later", async () => {
  const pool = createDecodePool({ workers: 1 });
  const pending = images.slice(-20).map((bytes) => pool.prepare({ bytes }, asIs));
  const refused = Promise.allSettled(pending);
  await Promise.resolve();
  pool.close();
  const ends = new Set((await refused).map((one) => one.status === "rejected" ? one.reason.message : "done"));
  assertEquals(
    ends,
    new Set(["Cannot prepare images: the threads that decode have been ended, wanted them to be at work"]),
  );
  await assertRejects(() => pool.prepare({ bytes: noise(1, 64) }, asIs), Error, "have been ended");
});

Deno.test("createDecodePool() says that no thread can be started", async () => {
  const pool = createDecodePool({
    workers: 1,
    start: () => {
      throw new TypeError("not here");
    },
  });
  await assertRejects(
    () => pool.prepare({ bytes: noise(1, 64) }, asIs),
    Error,
    "Cannot start a decoding thread: not here; try --workers 0",
  );
});

Deno.test("createDecodePool() has a thread owe 16 MiB of images at most, and a larger image by itself", async () => {
  const requests: DecodeRequest[] = [];
  const thread = { postMessage: (request: DecodeRequest) => void requests.push(request), terminate() {} };
  const pool = createDecodePool({ workers: 1, start: () => thread as unknown as DecodeThread });
  const side = 512, bytes = encodePng({ width: side, height: side, channels: 1, data: new Uint8Array(side * side) });
  const large = encodePng({ width: 4096, height: 2048, channels: 1, data: new Uint8Array(2 ** 23) });
  const all = Promise.all([large, ...Array<Uint8Array>(40).fill(bytes)].map((bytes) => pool.prepare({ bytes }, asIs)));
  let answered = 0;
  const sizes = () => requests.map(({ images }) => images.length);
  const answer = () => {
    const data: DecodeAnswer = { images: requests[answered++]!.images.map(() => ({ height: 1, width: 1, bytes })) };
    (thread as unknown as DecodeThread).onmessage!.call(undefined as never, { data } as MessageEvent);
  };
  await Promise.resolve();
  assertEquals(sizes(), [1]);
  answer();
  // 512 × 512 × 3 bytes are three quarters of a MiB: 21 of them fit.
  assertEquals(sizes(), [1, 8, 8, 5]);
  while (answered < requests.length) answer();
  assertEquals(sizes().reduce((sum, size) => sum + size), 41);
  await all;
  pool.close();
});

Deno.test("usualWorkers() leaves a core to training and starts four at most", () => {
  assertEquals([1, 2, 4, 5, 64].map(usualWorkers), [0, 1, 3, 4, 4]);
});
