import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "../cli/in_folder.ts";
import { blocksOf, commandsOf, wordsOf } from "./commands.ts";

const page = await Deno.readTextFile(new URL("../../docs/plugins.md", import.meta.url));

Deno.test("the commands of docs/plugins.md write plugins that its manifest takes", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [commands, manifest] = ["sh", "yaml"].map((wanted) =>
      blocksOf(page).find(({ language }) => language === wanted)!
    );
    for (const command of commandsOf(commands!)) {
      const words = wordsOf(command).slice(2).map((word) => word === "my" ? `${folder}/my` : word);
      const { code, err } = await cli(...words);
      assertEquals(code, 0, err);
    }
    await Deno.writeTextFile(
      `${folder}/my/own.yaml`,
      `name: own\n${manifest!.text}
data: { train: { reader: synthetic-faces, identities: 4, perIdentity: 4, size: [16, 16] } }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate: []
`,
    );
    const { code, out, err } = await cli("validate", `${folder}/my/own.yaml`);
    assertEquals(code, 0, err);
    assertStringIncludes(out, "plugins: head my-head, backbone my-backbone");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
