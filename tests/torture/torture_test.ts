/// A bounded torture: five kills of four runs. All of it, by hand: `deno run -A tests/torture/torture.ts --two --enospc`.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { denoCommand } from "../../experiments/child_flags.ts";

const script = decodeURIComponent(new URL("torture.ts", import.meta.url).pathname);
const config = decodeURIComponent(new URL("../../deno.json", import.meta.url).pathname);

Deno.test({
  name: "a sweep killed at random moments ends as one that nothing disturbed, none twice, none lost (Linux)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const size = ["--seeds=2", "--rows=2", "--steps=30", "--kills=5", "--within=2000", "--seed=3"];
    const { code, stdout, stderr } = await new Deno.Command(await denoCommand(), {
      args: ["run", "-A", "--quiet", "--no-check", `--config=${config}`, script, ...size],
      stdin: "null",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertStringIncludes(new TextDecoder().decode(stdout), "4 records equal the undisturbed ones");
  },
});
