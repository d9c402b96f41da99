import { assert, assertEquals, assertRejects } from "@std/assert";
import { parquet } from "../../../datasets/catalogue.ts";
import type { ImageSet } from "../../../datasets/mod.ts";
import { fromBase64, memoryFiles, readFixture } from "../helpers.ts";
import { assertSound } from "../mutate.ts";
import { openWith } from "../reader_helpers.ts";

const { files } = readFixture<{ files: Record<string, string> }>("readers/parquet.json");

async function readAll(bytes: Uint8Array): Promise<number> {
  const set = await openWith<ImageSet>(parquet, { path: "a.parquet" }, memoryFiles({ "a.parquet": bytes }));
  let total = set.labels.length;
  for (let index = 0; index < set.length; index++) total += (await set.read(index)).length;
  return total;
}

/** Writes `patch` at every byte before the footer in turn, and gives what the reader says of it. */
async function patchEverywhere(name: string, patch: readonly number[]): Promise<string[]> {
  const whole = fromBase64(files[name]!), view = new DataView(whole.buffer), messages: string[] = [];
  const footer = whole.length - 8 - view.getUint32(whole.length - 8, true);
  for (let at = 4; at + patch.length <= footer; at++) {
    const damaged = whole.slice();
    damaged.set(patch, at);
    try {
      assert(await readAll(damaged) <= 4 * damaged.length);
    } catch (error) {
      assertSound(error);
      messages.push(error.message);
    }
  }
  return messages;
}

Deno.test("parquet refuses a run of 2^31 − 1 levels, which kept a reader busy without end", async () => {
  const whole = fromBase64(files["none"]!), longest = [0xfe, 0xff, 0xff, 0xff, 0x0f];
  /** Levels of three values: two bytes, a run of 3 of the level. */
  const levelsOf = (level: number): number =>
    whole.findIndex((_, i) => [2, 0, 0, 0, 6, level].every((byte, j) => whole[i + j] === byte));
  const wrong = async (patch: readonly number[], at: number, message: string): Promise<void> => {
    const damaged = whole.slice();
    damaged.set(patch, at);
    await assertRejects(() => readAll(damaged), SyntaxError, `Cannot read "a.parquet", row group 0, column ${message}`);
  };
  const images = levelsOf(2), labels = levelsOf(1);
  await wrong(longest, images + 4, `"image": at byte ${images + 6} there is nothing where a byte is due, a whole`);
  const run = "there is a run of 2147483647 values where 3 are left, a whole Parquet file is wanted";
  await wrong([6, 0, 0, 0, ...longest, 2], images, `"image": at byte ${images + 4} ${run}`);
  // Behind the levels, the width of an index and the run of indices.
  await wrong(
    [0xfe, 0x0f],
    labels + 7,
    `"label": at byte ${labels + 7} there is a run of 1023 values where 3 are left`,
  );
});

Deno.test("parquet ends, and says where, wherever 2^31 values or 2^32 − 1 bytes are claimed", async () => {
  const claims = { "none": [0xfe, 0xff, 0xff, 0xff, 0x0f], "page version 2": [0xff, 0xff, 0xff, 0xff] };
  for (const [name, claim] of Object.entries(claims)) {
    const messages = await patchEverywhere(name, claim);
    assert(messages.length > 100, `${name}: ${messages.length}`);
    for (const message of messages) assert(message.includes('"a.parquet"'), message);
  }
});

Deno.test("parquet refuses a list of 2^25 columns in a short footer", async () => {
  // Field 2 of the footer, a list of structs; their number would take 256 MiB for references alone.
  const footer = [0x29, 0xfc, 0x80, 0x80, 0x80, 0x10, 0];
  const file = Uint8Array.of(0x50, 0x41, 0x52, 0x31, ...footer, footer.length, 0, 0, 0, 0x50, 0x41, 0x52, 0x31);
  await assertRejects(
    () => readAll(file),
    SyntaxError,
    'Cannot read "a.parquet": at byte 5 there is a list of 33554432 where 1 bytes are left, a whole',
  );
});

Deno.test("parquet holds pages to their checksums", async () => {
  const whole = fromBase64(files["differences"]!), expected = await readAll(whole);
  assertEquals(expected, 7 + 7 * 18);
  const damaged = whole.slice();
  // Within the first image, behind the header of its page.
  damaged[300]! ^= 1;
  await assertRejects(
    () => readAll(damaged),
    SyntaxError,
    "at byte 4 there is a page that does not match its checksum",
  );
});
