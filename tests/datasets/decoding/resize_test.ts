import { assert, assertEquals } from "@std/assert";
import { createResizer } from "../../../datasets/decoding/resize.ts";
import { fromBase64, readFixture } from "../helpers.ts";

interface Case {
  from: [number, number];
  to: [number, number];
  channels: 1 | 3;
  input: string;
  output: string;
}

Deno.test("createResizer() gives the bytes of Pillow's antialiased bilinear resize", () => {
  const cases = readFixture<Case[]>("resize.json");
  assertEquals(cases.length, 9);
  for (const { from, to, channels, input, output } of cases) {
    const resized = createResizer(...to)({ height: from[0], width: from[1], channels, data: fromBase64(input) });
    assertEquals([resized.height, resized.width, resized.channels], [...to, channels]);
    assertEquals(resized.data, fromBase64(output), `${from} to ${to}`);
  }
});

Deno.test("createResizer() leaves an image of the wanted size as it is", () => {
  const bitmap = { width: 2, height: 1, channels: 1 as const, data: Uint8Array.of(3, 200) };
  assert(createResizer(1, 2)(bitmap).data === bitmap.data);
});
