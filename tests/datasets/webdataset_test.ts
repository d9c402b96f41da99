import { gunzipSync } from "fflate";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { expandBraces } from "../../datasets/brace_expansion.ts";
import { webdataset } from "../../datasets/catalogue.ts";
import { type ImageSet, MissingDataError } from "../../datasets/mod.ts";
import { readTar } from "../../datasets/tar.ts";
import { fromBase64, greyPng, readFixture } from "./helpers.ts";
import { bytesOf, filesOf, openWith } from "./reader_helpers.ts";

const fixture = readFixture<
  { names: string[]; classes: string[]; values: number[]; ustar: string; gnu: string; pax: string }
>("readers/tar.json");
const shard = (format: "ustar" | "gnu" | "pax"): Uint8Array => gunzipSync(fromBase64(fixture[format]));

/** A header in ustar format, its checksum made anew after changes. */
function header(name: string, size: number, change: (block: Uint8Array) => void = () => {}): Uint8Array {
  const block = new Uint8Array(512), put = (text: string, at: number) => block.set(bytesOf(text), at);
  put(name, 0), put("0000644\0", 100), put(size.toString(8).padStart(11, "0") + "\0", 124), put("0ustar\x0000", 156);
  change(block);
  const sum = block.reduce((total, byte) => total + byte, 8 * 32);
  put(sum.toString(8).padStart(6, "0") + "\0 ", 148);
  return block;
}

function tar(files: Record<string, Uint8Array | string>, end = 1024): Uint8Array {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const bytes = typeof content === "string" ? bytesOf(content) : content;
    return [header(name, bytes.length), bytes, new Uint8Array((512 - bytes.length % 512) % 512)];
  });
  return joined([...parts, new Uint8Array(end)]);
}

function joined(parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

const sample = (key: string, value: number, label = `${value}`) => ({
  [`${key}.png`]: greyPng(value),
  [`${key}.cls`]: label,
});

function open(files: Record<string, Uint8Array | string>, params: Record<string, unknown> = {}): Promise<ImageSet> {
  return openWith(webdataset, { path: "a.tar", channels: 1, ...params }, files);
}

Deno.test("webdataset reads ustar, GNU and pax archives as tarfile wrote them, long names and others included", async () => {
  for (const format of ["ustar", "gnu", "pax"] as const) {
    const label = format === "pax" ? { extension: "json", key: "id" } : {};
    const set = await open({ "a.tar": shard(format) }, { label });
    assertEquals(fixture.names.map((_, i) => set.name(i)), fixture.names, format);
    assertEquals(Array.from(set.labels, (index) => set.classes[index]), fixture.classes);
    assertEquals([set.classes, set.shape], [["-1", "7", "12"], [2, 3, 1]]);
    assertEquals(await Promise.all(fixture.values.map(async (_, i) => (await set.read(i))[0])), fixture.values);
    assertEquals(set.provenance.decoder, "marginlab png 1.0.0");
  }
});

Deno.test("webdataset reads shards in their order, by braces or as a list", async () => {
  const files = {
    "t-08.tar": tar({ ...sample("a", 8), "a.json": "{}" }),
    "t-09.tar": tar({ "README": "none", ...sample("a", 9), ...sample("b", 10) }),
    "t-10.tar": tar(sample("x/a.b", 11)),
  };
  const set = await open({ ...files, "t-10.tar": tar(sample("x.y/a", 11)) }, { path: "t-{08..10}.tar" });
  assertEquals(await Promise.all([0, 1, 2, 3].map(async (i) => (await set.read(i))[0])), [8, 9, 10, 11]);
  assertEquals([0, 1, 2, 3].map(set.name), ["a.png", "a.png", "b.png", "x.y/a.png"]);
  const other = await open(files, { path: ["t-09.tar", "t-08.tar"] });
  assertEquals([(await other.read(0))[0], other.classes], [9, ["8", "9", "10"]]);
  assert(other.provenance.digest !== (await open(files, { path: ["t-08.tar", "t-09.tar"] })).provenance.digest);
  assertEquals(webdataset.paths(webdataset.params.parse({ path: ["x", "t-{9..8}.tar"] })), ["x", "t-9.tar", "t-8.tar"]);
});

Deno.test("webdataset takes the extensions that the parameters name", async () => {
  const files = {
    "a.tar": tar({
      "1.crop.png": greyPng(1),
      "1.png": greyPng(9),
      "1.who.txt": "b\n",
      "2.CROP.png": greyPng(2),
      "2.who.txt": "a",
    }),
  };
  const set = await open(files, { images: ["crop.png"], label: { extension: "who.txt" } });
  assertEquals([set.classes, [...set.labels], set.name(1)], [["a", "b"], [1, 0], "2.CROP.png"]);
});

Deno.test("readTar() skips contents larger than its window, and reads numbers in base 256", async () => {
  const large = new Uint8Array(700_000).fill(3),
    base256 = header("c", 0, (block) => {
      block.fill(0, 124, 136);
      block[124] = 0x80, block[135] = 5;
    });
  const bytes = joined([tar({ a: large, b: "text" }, 0), base256, bytesOf("12345"), new Uint8Array(507 + 512)]);
  const files = filesOf({ "a.tar": bytes });
  let read = 0;
  const counting = {
    ...files,
    read: (path: string, range: { start: number; length: number }) => (read += range.length, files.read(path, range)),
  };
  const members = [];
  for await (const some of readTar("a.tar", counting as typeof files, (name) => name === "c")) members.push(...some);
  const second = 512 + Math.ceil(700_000 / 512) * 512;
  assertEquals(members, [
    { path: "a", start: 512, size: 700_000 },
    { path: "b", start: second + 512, size: 4 },
    { path: "c", start: second + 1536, size: 5, content: bytesOf("12345") },
  ]);
  assert(read < 300_000, `${read} bytes were read`);
});

Deno.test("webdataset says which sample of which archive is wrong, and where", async () => {
  const wrong = (bytes: Uint8Array, message: string, params = {}) =>
    assertRejects(() => open({ "a.tar": bytes }, params), SyntaxError, message);
  const good = { ...sample("0", 1), ...sample("1", 2) }, bytes = tar(good);
  await wrong(
    tar({ ...good, "2.png": greyPng(3) }),
    'Cannot read sample "2" of "a.tar" at byte 4608: it has no label, a member ".cls"',
  );
  await wrong(
    tar({ ...good, "2.cls": "3" }),
    'sample "2" of "a.tar" at byte 4608: it has no image, a member ".jpg" or ',
  );
  await wrong(tar({ ...good, "1.jpg": greyPng(3) }), 'it has two of one kind, "1.png" and "1.jpg"');
  await wrong(tar({ ...good, ...sample("2", 3, "a\nb") }), 'its label is "a\\nb", one line is wanted');
  await wrong(tar({ ...good, ...sample("2", 3, " ") }), 'its label is ""');
  const json = (text: string) => tar({ "0.png": greyPng(1), "0.json": text });
  const label = { label: { extension: "json", key: "id" } };
  await wrong(json("{"), "its label is no JSON", label);
  await wrong(json("null"), `its label's "id" is undefined`, label);
  await wrong(json('{"id": [1]}'), `its label's "id" is [1], text or an integer`, label);
  await wrong(bytes.with(1024, 66), 'Cannot read "a.tar" at byte 1024: a header does not match its checksum');
  await wrong(bytes.subarray(0, 530), "at byte 0: its member of ");
  await wrong(bytes.subarray(0, 1030), "at byte 1024: it ends at byte 1030, before byte 1536");
  await wrong(bytes.subarray(0, 4096), "at byte 4096: it ends without the block of zeros");
  await wrong(joined([header("a.png", 3, (block) => block[156] = 83), new Uint8Array(1024)]), 'a member of type "S"');
  await wrong(joined([header("a.png", 3, (block) => block[130] = 57), new Uint8Array(1024)]), "no sound size");
  await wrong(
    joined([header("x", 5, (block) => block[156] = 120), bytesOf("9 a=b"), new Uint8Array(2048)]),
    "its pax header",
  );
  await wrong(new Uint8Array(0), "it ends without the block of zeros");
  await assertRejects(() => open({ "a.tar": tar(sample("0", 1)) }), RangeError, "found 1 samples of 1 classes");
  await assertRejects(() => open({}), MissingDataError);
  const damaged = await open({ "a.tar": tar({ ...good, "2.png": greyPng(3).with(45, 0), "2.cls": "7" }) });
  await assertRejects(() => damaged.read(2), SyntaxError, 'Cannot read image "2.png" of "a.tar" at byte 4608: ');
});

Deno.test("expandBraces() expands ranges, words and several of them, and refuses too many", () => {
  assertEquals(expandBraces("a{0..2}b"), ["a0b", "a1b", "a2b"]);
  assertEquals(expandBraces("{x,}-{09..11}"), ["x-09", "x-10", "x-11", "-09", "-10", "-11"]);
  assertEquals([expandBraces("plain"), expandBraces("{one}")], [["plain"], ["{one}"]]);
  assertThrows(() => expandBraces("{0..999}{0..999}"), RangeError, "more than 100000 names");
  assertThrows(() => expandBraces("{0..999999999}"), RangeError, "more than 100000 names");
  assertThrows(() => expandBraces("{a,b}".repeat(20)), RangeError, "more than 100000 names");
  assertEquals(expandBraces(`{${",".repeat(50_000)}`).length, 1);
});
