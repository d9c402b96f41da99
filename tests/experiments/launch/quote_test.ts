import { assertEquals, assertThrows } from "@std/assert";
import { outputPath, sbatchLine, shellWord } from "../../../experiments/launch/quote.ts";

Deno.test("shellWord() leaves plain words alone and quotes what a shell would read", () => {
  assertEquals(shellWord("--allow-read=a/b,c"), "--allow-read=a/b,c");
  assertEquals(shellWord(""), "''");
  assertEquals(shellWord("a b"), "'a b'");
  assertEquals(shellWord('it\'s $HOME `x` "y" \\ !\n'), "'it'\\''s $HOME `x` \"y\" \\ !\n'");
  assertEquals(shellWord("~/x"), "'~/x'");
  assertThrows(() => shellWord("a\0b"), RangeError, "zero byte");
});

Deno.test("sbatchLine() quotes as sbatch reads the line, and refuses a line break", () => {
  assertEquals(sbatchLine("requeue"), "#SBATCH --requeue");
  assertEquals(sbatchLine("output", "a/%A_%a.out"), "#SBATCH --output=a/%A_%a.out");
  assertEquals(sbatchLine("output", 'a "b" $c # \\'), '#SBATCH --output="a \\"b\\" $c # \\\\"');
  for (const text of ["a\nb", "a\rb", "a\0b"]) assertThrows(() => sbatchLine("comment", text), RangeError, "--comment");
});

Deno.test("outputPath() keeps Slurm from reading patterns in a path", () => {
  assertEquals(outputPath("100% a/b"), "100%% a/b");
  assertThrows(() => outputPath("a\\b"), RangeError, "backslash");
});
