import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodeNpy, decodeNpyText, NPY_HEADER_BYTES, openNpy, parseNpyHeader } from "../../datasets/npy.ts";
import { fromBase64, readFixture } from "./helpers.ts";

interface Case {
  name: string;
  shape: number[];
  values: (number | string)[];
  text: boolean;
  file: string;
}

const { cases } = readFixture<{ cases: Case[] }>("readers/npy.json");
const file = (name: string): Uint8Array => fromBase64(cases.find((found) => found.name === name)!.file);
const partsOf = (bytes: Uint8Array) => ({ start, length }: { start: number; length: number }) =>
  Promise.resolve(bytes.slice(start, start + length));

Deno.test("decodeNpy() and decodeNpyText() read every type, version and order as NumPy wrote it", () => {
  assertEquals(cases.length, 24 + 3 + 3 + 2 + 3);
  for (const { name, shape, values, text, file } of cases) {
    const bytes = fromBase64(file), found = (text ? decodeNpyText : decodeNpy)(bytes, name);
    assertEquals(found.shape, shape, name);
    const wanted = text ? values : values.map((value) => Number(`${value}`.replace("inf", "Infinity")));
    assertEquals(Array.from(found.data as ArrayLike<number | string>), wanted, name);
  }
});

Deno.test("openNpy() reads rows by offset, also from within a file, and of Fortran order", async () => {
  for (const name of [">i2", "<f8", "Fortran order", "version 3", "a single number"]) {
    const bytes = file(name), { shape, data } = decodeNpy(bytes, name), [height = 1] = shape;
    const array = await openNpy(partsOf(bytes), bytes.length, name), last = await array.rows(height - 1, 1);
    assertEquals(array.width, data.length / height);
    assertEquals(last, data.slice((height - 1) * array.width), name);
    assertEquals(await array.rows(0, height), data, name);
    await assertRejects(() => array.rows(1, height), RangeError, `it has rows 0 to ${height - 1}`);
  }
});

Deno.test("openNpy() reads no more than the header and the rows", async () => {
  const bytes = new Uint8Array(128 + 4e6);
  bytes.set(file("<f4").subarray(0, 128));
  const header = new TextEncoder().encode("{'descr': '<f4', 'fortran_order': False, 'shape': (1000, 1000), }");
  bytes.fill(0x20, 10, 127).set(header, 10);
  let read = 0;
  const array = await openNpy((range) => (read += range.length, partsOf(bytes)(range)), bytes.length, "a");
  assertEquals((await array.rows(500, 2)).length, 2000);
  assertEquals(read, NPY_HEADER_BYTES + 8000);
});

Deno.test("parseNpyHeader() reads what Python 2 wrote, and keys in another order", () => {
  const text = "{'fortran_order': False,'shape':(3L,),'descr':'<i8'}\n";
  const bytes = Uint8Array.of(...file("<i8").subarray(0, 8), text.length, 0, ...new TextEncoder().encode(text));
  assertEquals(parseNpyHeader(bytes, "a"), { descr: "<i8", fortran: false, shape: [3], count: 3, start: bytes.length });
});

Deno.test("decodeNpy() says what is wrong, and where", () => {
  const wrong = (bytes: Uint8Array, message: string, kind: typeof SyntaxError | typeof RangeError = SyntaxError) =>
    assertThrows(() => decodeNpy(bytes, '"a.npy"'), kind, message);
  const changed = (name: string, from: string, to: string): Uint8Array => {
    const bytes = file(name), text = new TextDecoder("latin1").decode(bytes), at = text.indexOf(from);
    assert(at > 0 && from.length === to.length);
    bytes.set(new TextEncoder().encode(to), at);
    return bytes;
  };
  wrong(new Uint8Array(3), 'Cannot read "a.npy": no .npy header at byte 0, an array in .npy format is wanted');
  wrong(file("<i4").with(6, 4), "version 4.0 at byte 6");
  wrong(file("<i4").subarray(0, 40), "a header that ends at byte 128, after the end at 40");
  wrong(file("<i4").subarray(0, 150), "22 bytes from byte 128 on, 24 are wanted for an array of shape (2, 3)");
  wrong(changed("<i4", "<i4", "|O8"), "Python objects are not read, since that would run code");
  wrong(changed("<i4", "<i4", "<c8"), 'element type "<c8", it is not read; one of b1, u1');
  wrong(changed("<i4", "(2, 3)", "(2, -)"), "header ");
  wrong(changed("<i4", "'<i4'", "[('ab"), "header ");
  wrong(file("<i8").with(128 + 7, 0x7f), 'Cannot read "a.npy": element 0 is ', RangeError);
  wrong(file("<b1").with(128 + 2, 7), "element 2 is byte 7, 0 or 1 is wanted", RangeError);
  assertThrows(() => decodeNpyText(file("<i4"), "a"), SyntaxError, 'element type "<i4", text (U or S) in C order');
  assertThrows(
    () => decodeNpyText(file("text U").with(128 + 2, 0xff), "a"),
    SyntaxError,
    "element 0 at byte 128 is no text",
  );
});

/** A file of a header and what follows it. */
function headed(shape: string, descr: string, data = new Uint8Array(0)): Uint8Array {
  const header = new TextEncoder().encode(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`);
  const start = [...file("<i8").subarray(0, 8), header.length & 255, header.length >> 8, ...header];
  const bytes = new Uint8Array(start.length + data.length);
  bytes.set(start), bytes.set(data, start.length);
  return bytes;
}

Deno.test("parseNpyHeader() takes no time over a shape of many digits", () => {
  for (const shape of ["1".repeat(40), "1".repeat(9000), "1 ".repeat(4000), "1,,1", "-1", "1.5", "1;2"]) {
    assertThrows(() => parseNpyHeader(headed(shape, "<f4"), '"a.npy"'), SyntaxError, 'Cannot read "a.npy": header');
  }
  assertEquals(parseNpyHeader(headed(" 2 , 3L ", "<f4"), "a").shape, [2, 3]);
  assertEquals(parseNpyHeader(headed("", "<f4"), "a").shape, []);
});

Deno.test("decodeNpyText() makes no strings out of no bytes, and takes no time over padding", () => {
  for (const descr of ["<U0", "|S0", "|S00"]) {
    assertThrows(() => decodeNpyText(headed("9007199254740991", descr), "a"), SyntaxError, `type "${descr}"`);
  }
  const text = `${"\0".repeat(400_000)}x`, bytes = new TextEncoder().encode(`${text}\0`);
  assertEquals(decodeNpyText(headed("1", "|S400002", bytes), "a").data, [text]);
  const points = new Uint8Array(Uint32Array.from(bytes).buffer);
  assertEquals(decodeNpyText(headed("1", "<U400002", points), "a").data, [text]);
});
