import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { printable } from "../../cli/io.ts";
import { cli, inFolder, TINY } from "./in_folder.ts";

Deno.test("printable() leaves nothing that steers a terminal, and JSON as it is", () => {
  const steering = fc.constantFrom(
    "\x1b[2J",
    "\x9b31m",
    "\r",
    "\x07",
    "\x08",
    "\x7f",
    "\u202e",
    "\u2066",
    "\n",
    "\t",
    "ö",
  );
  const text = fc.array(fc.oneof(steering, fc.string({ unit: "binary", maxLength: 3 }))).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (text) => {
      assert(!/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(printable(text)));
      assertEquals(JSON.parse(printable(JSON.stringify({ text }))), { text });
    }),
    { seed: 8, numRuns: 200 },
  );
  assertEquals(printable("a\x1b[31m b\n\tö"), "a\\u001b[31m b\n\tö");
});

Deno.test("labels cannot steer the terminal, whichever command prints them", () =>
  inFolder(
    async (folder) => {
      const flags = ["--out", `${folder}/results`, "--data", `${folder}/data`], label = "A\x1b[2JB\u202eC";
      const plan = await cli("plan", `${folder}/tiny.yaml`, ...flags);
      assertStringIncludes(plan.out, "A\\u001b[2JB\\u202eC");
      const { runs } = JSON.parse((await cli("plan", `${folder}/tiny.yaml`, "--json", ...flags)).out);
      assertEquals(runs[0].row, label);
      const run = await cli("run", `${folder}/tiny.yaml`, "--row", label, "--blas", "none", ...flags);
      assertEquals(run.code, 0, run.err);
      const wrong = await cli("run", `${folder}/tiny.yaml`, "--row", `${label}?`, ...flags);
      assertEquals(wrong.code, 2);
      const status = await cli("status", `${folder}/results/tiny`),
        table = await cli("table", `${folder}/results/tiny`);
      const explained = await cli("table", `${folder}/results/tiny`, "--explain", label, "unseen.accuracy");
      for (const { code, out, err } of [plan, run, status, table, explained]) {
        assertEquals(code, 0, err);
        assert(!`${out}${err}${wrong.err}`.includes("\x1b") && !`${out}${err}${wrong.err}`.includes("\u202e"));
      }
    },
    TINY.replace("label: NS,", 'label: "A\\e[2JB\\u202EC",').replace("baseline: NS", "baseline: ArcFace"),
  ));
