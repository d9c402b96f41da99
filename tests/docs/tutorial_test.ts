import { assertEquals, assertStringIncludes } from "@std/assert";
import { blocksOf, commandsOf, runCommands, type Step } from "./commands.ts";

const page = await Deno.readTextFile(new URL("../../docs/tutorial.md", import.meta.url));

/** What commands of the tutorial have to print, beside an exit status of 0. */
const PRINTS: readonly (readonly [command: RegExp, text: string])[] = [
  [/stats/, "16"],
  [/validate/, "3 rows × 2 seeds = 6 runs"],
  [/plan \S+$/, "6 runs, 0 done, 6 to do"],
  [/power/, "seeds"],
  [/ablate/, "| Mine"],
  [/--hashes-only/, "Verdict: sound"],
  [/--allow-plugins/, "Verdict: identical"],
];

Deno.test("every command of the tutorial succeeds in its order, from images to the verdict", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const steps = blocksOf(page).flatMap((block): Step[] => {
      if (block.language === "yaml") return [{ path: "my/photos.yaml", text: block.text }];
      return block.language === "sh" ? commandsOf(block) : [];
    });
    const ran = await runCommands(steps, folder);
    for (const { command, code, out, err } of ran) {
      assertEquals(code, 0, `${command}\n${out}${err}`);
      for (const [, text] of PRINTS.filter(([wanted]) => wanted.test(command))) assertStringIncludes(out + err, text);
    }
    assertEquals(ran.length, steps.filter((step) => typeof step === "string").length);
    const report = await Deno.readTextFile(`${folder}/results/photos/report.html`);
    assertStringIncludes(report, "Does a margin help on these photos?");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
