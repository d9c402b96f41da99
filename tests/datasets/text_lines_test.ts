import { assert, assertEquals, assertRejects } from "@std/assert";
import { eachLine, readLines } from "../../datasets/text_lines.ts";
import { textOf } from "../../datasets/line_fields.ts";
import { memoryFiles } from "./helpers.ts";
import { utf8 } from "./template_layouts.ts";

/** Lines by number, as both readers give them; empty ones left out. */
async function linesOf(bytes: Uint8Array): Promise<[number, string][]> {
  const files = memoryFiles({ a: bytes }), one: [number, string][] = [], two: [number, string][] = [];
  await eachLine("a", files, (line) => one.push([line.number, textOf(line)]));
  for await (const { first, lines } of readLines("a", files)) {
    lines.forEach((line, i) => line !== "" && two.push([first + i, line]));
  }
  assertEquals(one, two);
  return one;
}

Deno.test("eachLine() and readLines() give the same lines and numbers", async () => {
  assertEquals(await linesOf(utf8("a\r\n\r\n\nb c\nd")), [[1, "a"], [4, "b c"], [5, "d"]]);
  assertEquals(await linesOf(utf8("\ufeffa\n\ufeffb\n")), [[1, "a"], [2, "\ufeffb"]]);
  assertEquals(await linesOf(utf8("")), []);
  const many = Array.from({ length: 90_000 }, (_, i) => `${"é".repeat(30)} ${i}`);
  assertEquals((await linesOf(utf8(many.join("\n")))).map(([, line]) => line), many);
});

Deno.test("eachLine() and readLines() refuse a line of more than 1 MiB, and read no further", async () => {
  const lines = utf8("a line\n".repeat(700_000)), endless = new Uint8Array(2 ** 25).fill(65);
  endless.set(lines);
  const long = utf8(`x\n${"y".repeat(2 ** 20 + 1)}\nz\n`), allowed = utf8(`x\n${"y".repeat(2 ** 20)}\nz\n`);
  for (const [bytes, line] of [[endless, 700_001], [new Uint8Array(2 ** 25), 1], [long, 2]] as const) {
    let read = 0;
    const files = memoryFiles({ a: bytes });
    const counted = {
      ...files,
      read: (path: string, range?: { start: number; length: number }) => {
        read += range!.length;
        return files.read(path, range);
      },
    };
    const drain = async () => {
      for await (const { lines } of readLines("a", counted)) assert(lines.length > 0);
    };
    const message = `Cannot read line ${line} of "a": it is longer than 1 MiB`;
    await assertRejects(() => eachLine("a", counted, () => {}), SyntaxError, message);
    await assertRejects(drain, SyntaxError, message);
    assert(read <= 2 * 2 ** 23, `${read} bytes were read`);
  }
  assertEquals((await linesOf(allowed)).length, 3);
});
