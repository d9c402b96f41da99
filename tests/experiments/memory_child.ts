/**
 * Trains two steps of a run in a process of its own and prints the memory that its tensors took, beside the plan's
 * estimate: `deno run memory_child.ts '{"backend": "wasm", …}'`.
 *
 * @module
 */
import { openImages } from "../../experiments/data.ts";
import { diskFiles } from "../../experiments/disk.ts";
import { createModel, trainModel } from "../../experiments/model.ts";
import { rowCost } from "../../experiments/plan_cost.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import { builtins } from "../../registry/builtins.ts";
import { useBackend } from "../../tensor/backend.ts";
import { memoryInUse } from "../../tensor/memory.ts";

const run = JSON.parse(Deno.args[0]!) as ResolvedRun, registries = builtins();
const set = await openImages(run.data.train, registries, { files: diskFiles(".") });
await useBackend(run.backend);
const model = createModel(run, registries, set);
for await (const _ of trainModel(run, registries, model, set, { from: 0 }));
const figures = { measured: memoryInUse().bytes, predicted: rowCost(run, registries)!.memory };
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(figures)));
