/// A bounded torture: two kills of two runs; `tests/slow/torture.ts` has more, and by hand there is all of it.
import { assertStringIncludes } from "@std/assert";
import { runScript } from "./script.ts";

const ignore = Deno.build.os !== "linux";

Deno.test({
  name: "a sweep killed at random moments ends as one that nothing disturbed, none twice, none lost (Linux)",
  ignore,
  async fn() {
    const size = ["--seeds=1", "--rows=2", "--steps=150", "--kills=2", "--within=2000", "--seed=3"];
    assertStringIncludes(await runScript("torture.ts", ...size), "2 records equal the undisturbed ones");
  },
});

Deno.test({
  name: "a process that dies at an operation on files is gone on with by the next, to the same bytes (Linux)",
  ignore,
  async fn() {
    assertStringIncludes(
      await runScript("processes.ts", "40", "1000"),
      "2 processes died, and each run ended the same",
    );
  },
});
