/// `verify` does runs of tiny sweeps again.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cli, inFolder } from "./in_folder.ts";
import { change, sweep } from "./verify_helpers.ts";

Deno.test("verify does runs again: identical here, drifted where a record says something else", () =>
  inFolder(async (folder) => {
    const { tiny, flags } = await sweep(folder);
    const first = await cli("verify", tiny, ...flags);
    assertEquals(first.code, 0, first.out + first.err);
    assertMatch(first.out, /Done again: ".*", seed \d, the cheapest of 4 completed runs/);
    assertMatch(first.out, /Verdict: identical, 8 figures of 1 run/);
    const all = JSON.parse((await cli("verify", tiny, ...flags, "--all", "--json")).out);
    assertEquals([all.verdict, all.cells.length, all.problems], ["identical", 4, []]);
    const cell = await cli("verify", tiny, ...flags, "--cells", "Arc/Face/unseen.accuracy", "--seeds", "1");
    assertEquals(cell.code, 0, cell.err);
    assertMatch(cell.out, /^Arc\/Face +1 +unseen\.accuracy .* identical$/m);
    assertMatch(cell.out, /1 figure of 1 run$/m);

    // A head whose formula has changed trains other weights; every sum is in order.
    await change(tiny, (record) => {
      record.metrics.find(({ name }) => name === "auc")!.value = 0.875;
      (record["diagnostics"] as Record<string, unknown>)["weightsSha256"] = "0".repeat(64);
    }, { sealed: true });
    const drifted = await cli("verify", tiny, ...flags);
    assertEquals(drifted.code, 13, drifted.out + drifted.err);
    assertMatch(drifted.out, /unseen\.auc +0\.875 .* drifted$/m);
    assertStringIncludes(drifted.out, "the trained weights are others, though the same arithmetic computed both");
    const names = JSON.parse((await cli("verify", tiny, ...flags, "--json")).out).cells[0].figures
      .flatMap(({ figure }: { figure: string }) => ["--tolerance", `${figure}=100`]);
    assertEquals((await cli("verify", tiny, ...flags, ...names)).code, 10);
    assertEquals((await cli("verify", tiny, ...flags, ...names, "--accept", "tolerance")).code, 0);
    assertEquals((await cli("verify", tiny, ...flags, ...names, "--accept", "identical")).code, 10);
  }));
