/// A longer torture; all of it, by hand: `deno run -A tests/torture/torture.ts --two --enospc`.
import { assertStringIncludes } from "@std/assert";
import { runScript } from "../torture/script.ts";

Deno.test({
  name: "a sweep of four runs killed five times ends as one that nothing disturbed (Linux)",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const size = ["--seeds=2", "--rows=2", "--steps=150", "--kills=5", "--within=2000", "--seed=3"];
    assertStringIncludes(await runScript("torture.ts", ...size), "4 records equal the undisturbed ones");
  },
});
