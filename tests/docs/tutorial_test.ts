import { assertEquals, assertStringIncludes } from "@std/assert";
import { blocksOf, commandsOf, runCommand } from "./commands.ts";

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
    for (const block of blocksOf(page)) {
      if (block.language === "yaml") await Deno.writeTextFile(`${folder}/my/photos.yaml`, block.text);
      if (block.language !== "sh") continue;
      for (const command of commandsOf(block)) {
        const { code, out, err } = await runCommand(command, folder);
        assertEquals(code, 0, `${command}\n${out}${err}`);
        for (const [, text] of PRINTS.filter(([wanted]) => wanted.test(command))) assertStringIncludes(out + err, text);
      }
    }
    const report = await Deno.readTextFile(`${folder}/results/photos/report.html`);
    assertStringIncludes(report, "Does a margin help on these photos?");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
