import { assert, assertEquals, assertThrows } from "@std/assert";
import { unpickle } from "../../../datasets/mod.ts";
import { fromBase64 } from "../helpers.ts";
import { PICKLES } from "./helpers.ts";

/** Bytes of a pickle from text, one byte a character. */
function load(text: string): unknown {
  return unpickle(Uint8Array.from(text, (c) => c.charCodeAt(0)), { name: "a.bin" });
}

Deno.test("unpickle() reads what Python 3 writes at protocols 0 to 5", () => {
  const numbers = [0, 255, 65535, -1, -(2 ** 31), 2 ** 40, -(2n ** 62n), 1.5, -0.25];
  const strings = ["", "text", "é\n\\ \u{1f600}", new Uint8Array(0), Uint8Array.of(0, 255)];
  const nested = [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [], [[]]];
  const maps = [new Map(), new Map<string, unknown>([["a", 1], ["b", [2]]])];
  const value = [null, true, false, ...numbers, ...strings, ...nested, ...maps];
  PICKLES.plain.forEach((file) => assertEquals(unpickle(fromBase64(file), { name: "a.bin" }), value));
});

Deno.test("unpickle() runs nothing, and says which opcode asks for it and where", () => {
  for (const [name, file] of Object.entries(PICKLES.hostile)) {
    const error = assertThrows(
      () => unpickle(fromBase64(file), { name: "a.bin" }),
      SyntaxError,
      `Cannot read "a.bin": opcode `,
    );
    assert(/ at byte \d+: it /.test(error.message), `${name}: ${error.message}`);
  }
  const cases: [string, string][] = [
    ["cos\nsystem\n(S'ls'\ntR.", `opcode GLOBAL at byte 0: it names "os.system", and nothing is run of a file`],
    ["\x80\x04\x8c\x02os\x8c\x06system\x93.", `opcode STACK_GLOBAL at byte 14: it names "os.system"`],
    ["(S'1+1'\ni__builtin__\neval\n.", "opcode INST at byte 8: it is not read"],
    ["cnumpy\nndarray\n(tR.", "opcode REDUCE at byte 17: it calls what is no function"],
    ["cnumpy\nndarray\n.", "opcode STOP at byte 15: it gives a name, data is wanted"],
    ["]}b.", "opcode BUILD at byte 2: it sets the state of what is no NumPy array"],
    ["Pname\n.", "opcode PERSID at byte 0: it is not read"],
    ["cbuiltins\nbytes\n(K\x05tR.", "opcode REDUCE at byte 20: it makes bytes of something"],
  ];
  for (const [file, message] of cases) assertThrows(() => load(file), SyntaxError, message);
});

Deno.test("unpickle() believes no length, and no reference to what is not there", () => {
  const cases: [string, string][] = [
    ["", "an opcode at byte 0: found 0 more bytes, 1 are wanted"],
    ["B\xff\xff\xff\x7fabc.", "opcode BINBYTES at byte 0: found 4 more bytes, 2147483647 are wanted"],
    [
      "\x8e\xff\xff\xff\xff\xff\xff\xff\xff.",
      "opcode BINBYTES8 at byte 0: found 1 more bytes, 18446744073709552000 are wanted",
    ],
    ["\x80\x04\x95\x99\0\0\0\0\0\0\0N.", "opcode FRAME at byte 2: it claims 153 bytes, found 2"],
    ["\x80\x06N.", "opcode PROTO at byte 0: it is of protocol 6"],
    ["S'abc", "opcode STRING at byte 0: found no line feed"],
    ["S'a\\q'\n.", "opcode STRING at byte 0: found an unknown escape"],
    ["I12x\n.", `opcode INT at byte 0: found "12x"`],
    ["Fx\n.", `opcode FLOAT at byte 0: found "x"`],
    ["X\x01\0\0\0\xff.", "opcode BINUNICODE at byte 0: found bytes that are no UTF-8"],
    ["V\\Uffffffff\n.", "opcode UNICODE at byte 0: found the character number 4294967295"],
    ["h\x05.", "opcode BINGET at byte 0: it wants value 5, which was not kept"],
    ["gx\n.", "opcode GET at byte 0: it wants value NaN"],
    ["p1\n.", "opcode PUT at byte 0: it wants a value that is not there"],
    ["t.", "opcode TUPLE at byte 0: it wants a mark that is not there"],
    ["N\x86.", "opcode TUPLE2 at byte 1: it wants 2 values that are not there"],
    ["N(\x85.", "opcode TUPLE1 at byte 2: it wants 1 values that are not there"],
    ["NNa.", "opcode APPEND at byte 2: it adds to what is no list"],
    [".", "opcode STOP at byte 0: it wants 1 values that are not there"],
    ["N.x", "opcode STOP at byte 1: found 1 bytes after the end"],
    ["\xffN.", "opcode 0xff at byte 0: there is no such opcode"],
    ["\x8a\x09aaaaaaaaa.", "opcode LONG1 at byte 0: it has a number of 9 bytes"],
    ["(".repeat(1001), "opcode MARK at byte 1000: it nests deeper than 1000"],
  ];
  for (const [file, message] of cases) assertThrows(() => load(file), SyntaxError, `Cannot read "a.bin": ${message}`);
});

Deno.test("unpickle() does not multiply what a pickle says once", () => {
  // One string of 1,000 characters, made into bytes again and again.
  const encode = "c_codecs\nencode\nq\x00X\xe8\x03\0\0" + "x".repeat(1000) + "q\x01X\x06\0\0\0latin1q\x02";
  assertThrows(
    () => load(encode + "h\x00h\x01h\x02\x86R".repeat(5) + "."),
    SyntaxError,
    "it makes more bytes than the file has",
  );
  // Lists of the same list, twice in each: 2¹⁰⁰ leaves to who walks them, a hundred lists here.
  let tower = load("]q\x00" + "](h\x00h\x00e\x86q\x00".repeat(100) + ".") as unknown[];
  assertEquals((tower[1] as unknown[])[0], (tower[1] as unknown[])[1]);
  let depth = 0;
  while (tower.length > 0) tower = tower[0] as unknown[], depth++;
  assertEquals(depth, 100);
});

Deno.test("unpickle() holds lists, tuples and dictionaries to what the file's size allows", () => {
  const none = "N".repeat(50_000), long = 100_000;
  const cases: [string, string][] = [
    [`](${"N".repeat(long)}e.`, "opcode NONE"],
    [`]${`(${none}e`.repeat(2)}.`, "opcode APPENDS"],
    [`${`(${none}t`.repeat(2)}.`, "opcode TUPLE"],
    [`}${`(${none}u`.repeat(2)}.`, "opcode SETITEMS"],
    [`]${"Na".repeat(long)}.`, "opcode APPEND"],
  ];
  for (const [file, opcode] of cases) {
    const error = assertThrows(() => load(file), SyntaxError, `Cannot read "a.bin": ${opcode} at byte `);
    assert(/found more than \d+ values in \d+ bytes/.test(error.message), error.message);
  }
  assertEquals(load(`](${none}e.`), Array(50_000).fill(null));
});
