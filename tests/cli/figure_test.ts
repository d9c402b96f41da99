/// `figure`: pictures of an experiment.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli, inFolder } from "./in_folder.ts";

Deno.test("figure writes SVG and specifications into the experiment's folder, and says what it cannot draw", () =>
  inFolder(async (folder) => {
    const flags = ["--out", `${folder}/results`];
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", ...flags)).code, 0);
    const { code, out, err } = await cli("figure", "all", "tiny", ...flags);
    assertEquals(code, 0, err);
    assertStringIncludes(err, 'without cmc: no completed run has a curve "cmc"');
    const [first] = out.split("\n");
    assertStringIncludes(await Deno.readTextFile(first!), "<svg");
    const json = await cli("figure", "loss", "tiny", "--format", "json", "--to", `${folder}/figures`, ...flags);
    assertEquals(json.out, `${folder}/figures/loss.json\n`, json.err);
    assertStringIncludes(JSON.parse(await Deno.readTextFile(`${folder}/figures/loss.json`)).$schema, "vega-lite/v6");
  }));

Deno.test("figure of an unknown name lists the figures; one that cannot be drawn is an error", () =>
  inFolder(async (folder) => {
    const flags = ["--out", `${folder}/results`];
    const unknown = await cli("figure", "rocs", "tiny", ...flags);
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.err, "\n  roc: Receiver operating characteristic");
    assertEquals((await cli("ablate", `${folder}/tiny.yaml`, "--quiet", ...flags)).code, 0);
    const absent = await cli("figure", "cmc", "tiny", ...flags);
    assertEquals(absent.code, 2);
    assertStringIncludes(absent.err, 'Cannot draw cmc of "tiny": no completed run has a curve "cmc"');
  }));
