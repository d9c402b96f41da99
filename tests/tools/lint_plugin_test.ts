import { assertEquals, assertStringIncludes } from "@std/assert";
import plugin from "../../tools/lint_plugin.ts";

/** Ids of the rules that report a source, without the plugin's name. */
function lint(file: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, file, source).map(({ id }) => id.replace("marginlab/", ""));
}

interface Case {
  readonly rule: string;
  readonly source: string;
  readonly bad: readonly string[];
  readonly good: readonly string[];
}

const CASES: readonly Case[] = [
  { rule: "no-math-random", source: "Math.random();", bad: ["losses/a.ts", "tests/a_test.ts", "cli.ts"], good: [] },
  { rule: "no-clock", source: "Date.now();", bad: ["training/a.ts", "reports/a.ts", "mod.ts"], good: ["bench/a.ts"] },
  { rule: "no-clock", source: "new Date();", bad: ["evaluation/a.ts"], good: ["experiments/a.ts", "cli.ts"] },
  { rule: "no-clock", source: "performance.now();", bad: ["tensor/kernels/a.ts"], good: ["cli/run.ts", "tools/a.ts"] },
  { rule: "no-clock", source: "globalThis.performance.now();", bad: ["tensor/a.ts"], good: ["tests/a_test.ts"] },
  { rule: "no-sync-read", source: "x.dataSync();", bad: ["losses/a.ts", "cli.ts"], good: ["tests/a_test.ts"] },
  { rule: "no-sync-read", source: 'x["arraySync"]();', bad: ["experiments/a.ts"], good: ["bench/a.ts"] },
  {
    rule: "no-console",
    source: "console.log(1);",
    bad: ["losses/a.ts", "tests/a_test.ts"],
    good: ["cli.ts", "cli/a.ts"],
  },
  {
    rule: "no-console",
    source: "console.error(1);",
    bad: ["experiments/a.ts"],
    good: ["tools/a.ts", "tests/oracle/a.ts"],
  },
  { rule: "no-platform", source: "Deno.cwd();", bad: ["datasets/a.ts", "plugin/a.ts"], good: ["experiments/a.ts"] },
  { rule: "no-platform", source: "let x: Deno.Reader;", bad: ["registry/a.ts"], good: ["cli.ts"] },
  { rule: "no-platform", source: 'import { join } from "node:path";', bad: ["backbones/a.ts"], good: ["reports/a.ts"] },
  { rule: "no-platform", source: 'await import("node:path");', bad: ["tensor/a.ts"], good: ["tools/a.ts"] },
  { rule: "no-exported-arrow", source: "export const f = () => 1;", bad: ["losses/a.ts"], good: [] },
  { rule: "no-exported-arrow", source: "export const f: F = function () {};", bad: ["cli.ts"], good: [] },
  { rule: "no-default-export", source: "export default 1;", bad: ["losses/a.ts"], good: [] },
];

for (const { rule, source, bad, good } of CASES) {
  Deno.test(`${rule} reports ${source} where it must not stand`, () => {
    for (const file of bad) assertEquals(lint(file, source), [rule], file);
    for (const file of good) assertEquals(lint(file, source), [], file);
  });
}

Deno.test("no rule reports what is allowed everywhere", () => {
  const source = `
    export const table = Object.freeze({ console: 1 });
    export function f(date: number, random: { random(): number }): string {
      const square = (x: number) => x * x;
      return new Date(date).toISOString() + square(random.random());
    }`;
  assertEquals(lint("losses/a.ts", source), []);
});

Deno.test("error-message wants a capital letter, no final period and no contraction", () => {
  const cases: readonly (readonly [string, number])[] = [
    ['"Cannot read x: found 1, wanted 2"', 0],
    ["`Cannot read ${x}: found ${y}`", 0],
    ["`${action}: found ${y}, ${wanted}`", 0],
    ['what + ": found 1" + rest', 0],
    ["message, { cause }", 0],
    ['"Cannot read the list: 1, 2, ..."', 0],
    ['"no such file"', 1],
    ["`unknown ${kind}`", 1],
    ['"Cannot read x."', 1],
    ['`Cannot read ${x}: ` + "it is not there."', 1],
    ['"Cannot read x: it doesn\'t exist"', 1],
    ['"Cannot read x: it’s gone"', 1],
    ['"it can\'t be read."', 3],
  ];
  for (const [argument, count] of cases) {
    const source = `throw new RangeError(${argument});`;
    assertEquals(lint("losses/a.ts", source), Array(count).fill("error-message"), source);
    assertEquals(lint("tests/a_test.ts", source), [], source);
  }
});

Deno.test("a report tells what to do instead", () => {
  const [report] = Deno.lint.runPlugin(plugin, "losses/a.ts", "const x = 1 + Math.random();");
  assertEquals(report?.range, [14, 25]);
  assertStringIncludes(report!.message, "Math.random cannot be repeated; draw from a named stream of tensor/random.ts");
});
