/// Sinks in manifests: checked like every plugin, and no part of a run's identity.
import { assertEquals } from "@std/assert";
import { planRuns } from "../../experiments/plan.ts";
import { base, load, problemsOf } from "../experiments/manifest_helpers.ts";
import { memoryFiles } from "../datasets/helpers.ts";

const logged = (log: string) => `${base}output: { logEvery: 5, log: ${log} }\n`;

Deno.test("loadManifest() fills in the parameters of sinks, and leaves log out where there is none", async () => {
  const { output } = await load(logged("[{ name: tensorboard, histograms: false }]"));
  assertEquals(output.log, [{ name: "tensorboard", histograms: false, parameters: true }]);
  assertEquals("log" in (await load(base)).output, false);
  assertEquals("log" in (await load(logged("[]"))).output, false);
});

Deno.test("planRuns() gives a run the same id with and without sinks", async () => {
  const files = memoryFiles({ "a.zip": new Uint8Array(1), "b.zip": new Uint8Array(1) });
  const ids = async (text: string) => (await planRuns(await load(text), { files })).runs.map(({ id }) => id);
  assertEquals(await ids(logged("[{ name: tensorboard }]")), await ids(base));
});

Deno.test("loadManifest() says what is wrong with sinks", async () => {
  const problems = async (text: string) =>
    (await problemsOf(text)).filter((line) => line.includes("m.yaml:")).join("\n");
  for (
    const [text, expected] of [
      [logged("[{ name: tensorbord }]"), /"tensorbord"[^]*tensorboard/],
      [logged("[{ name: tensorboard, bars: true }]"), /"bars" of sink "tensorboard"/],
      [logged("[{ name: tensorboard }, { name: tensorboard }]"), /Duplicate sink "tensorboard" of output.log/],
      [logged("tensorboard"), /Cannot use output.log: found "tensorboard", wanted a list/],
      [`${base}log: [{ name: tensorboard }]\n`, /"log"[^]*output/],
    ] as const
  ) assertEquals(expected.test(await problems(text)), true, await problems(text));
});
