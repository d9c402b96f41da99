/// Writes the exports that weights.py reads: `deno run -A tests/oracle/weights_golden.ts FOLDER`.
import { exportFormats } from "../../experiments/export.ts";
import { builtins } from "../../registry/builtins.ts";
import { useBackend } from "../../tensor/backend.ts";
import { keptRun, looksTrained, NETWORKS } from "../experiments/kept_run.ts";

await useBackend("wasm");
for (const [what, network] of Object.entries(NETWORKS)) {
  const run = await keptRun(network, looksTrained(network));
  await Deno.writeFile(`${Deno.args[0]}/${what}.safetensors`, exportFormats.safetensors(run, builtins()));
}
