import { assert } from "@std/assert";
import { ManifestError } from "../../experiments/manifest.ts";
import { createRandom, type Random } from "../../tensor/random.ts";
import { base, fixtures, load } from "./manifest_helpers.ts";

const ORIGINALS = [
  Deno.readTextFileSync(`${fixtures}margins.yaml`),
  base + "ablation: { grid: { head.m: [0.1, 0.2] } }\n",
];

const ODD = [
  "\u0000",
  "\t",
  "\u2028",
  "\ufeff",
  "é",
  "😀",
  "\ud800",
  "&a ",
  "*a",
  "!!str ",
  "!!set ",
  "<<: ",
  "? ",
  "- ",
  "| ",
  "> ",
  "%YAML 1.1\n",
  "---\n",
  "...\n",
  "#",
  "'",
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  ": ",
  "null",
  "~",
  ".nan",
  ".inf",
  "1e999",
  "-0",
  "0x7f",
  "99999999999999999999",
  "__proto__: 1\n",
  "constructor: 1\n",
  "toString",
  "{}",
  "[]",
  "[[[[",
  "name: ",
  "label: ",
];

function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.integer(values.length)]!;
}

/** One change: of a character, a line, a word, a value or the indentation; or something odd put in. */
function mutate(text: string, random: Random): string {
  const at = random.integer(text.length + 1), length = 1 + random.integer(8);
  const lines = text.split("\n"), line = random.integer(lines.length);
  const words = [...text.matchAll(/[\w.-]+/g)], word = pick(random, words) ?? { index: 0, 0: "" };
  const putWord = (other: string) => text.slice(0, word.index) + other + text.slice(word.index + word[0].length);
  switch (random.integer(12)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + text.slice(at, at + length) + text.slice(at);
    case 2:
      return text.slice(0, at) + pick(random, ODD) + text.slice(at);
    case 3:
      return text.slice(0, at) + pick(random, ODD) + text.slice(at + length);
    case 4:
      return lines.toSpliced(line, 1).join("\n");
    case 5:
      return lines.toSpliced(line, 0, lines[line]!).join("\n");
    case 6:
      return lines.with(line, " ".repeat(random.integer(6)) + lines[line]!.trimStart()).join("\n");
    case 7:
      return lines.toSpliced(line, 1, lines[random.integer(lines.length)]!, lines[line]!).join("\n");
    case 8:
      return putWord(pick(random, words)?.[0] ?? "x");
    case 9:
      return putWord(pick(random, ODD));
    case 10:
      return putWord(pick(random, ["[", "{ a: ", "- "]).repeat(1 + random.integer(3000)));
    default:
      return text.slice(0, at);
  }
}

Deno.test("500 damaged manifests each load or end in a ManifestError that points into the file", async () => {
  const random = createRandom(0, "manifest mutations");
  let loaded = 0, refused = 0;
  for (let i = 0; i < 500; i++) {
    let text = ORIGINALS[i % 2]!;
    for (let n = 1 + random.integer(3); n > 0; n--) text = mutate(text, random);
    const start = performance.now();
    try {
      await load(text);
      loaded++;
    } catch (error) {
      assert(error instanceof ManifestError, `${i}: ${(error as Error).stack}\n${text}`);
      checkPlaces(error, text, i);
      refused++;
    }
    const seconds = (performance.now() - start) / 1000;
    assert(seconds < 1, `${i} took ${seconds} s`);
  }
  // The mutations must be of both kinds, or the test shows nothing.
  assert(loaded > 20 && refused > 200, `${loaded} loaded, ${refused} refused`);
});

function checkPlaces({ problems, message }: ManifestError, text: string, i: number): void {
  const lines = text.replace(/^\ufeff/, "").split("\n");
  assert(problems.length > 0, `${i}: no problem`);
  assert(message.split("\n").length === problems.length, `${i}: a problem is not one line`);
  for (const { file, line, column, message } of problems) {
    const where = `${i}: ${file}:${line}:${column}: ${message}`;
    assert(file === "m.yaml", where);
    assert(line >= 1 && line <= lines.length, where);
    assert(column >= 1 && column <= lines[line - 1]!.length + 1, where);
    assert(message !== "" && !message.includes("undefined") && !message.includes("[object"), where);
  }
}
