import type { Random } from "../../tensor/random.ts";

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
export function mutate(text: string, random: Random): string {
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
