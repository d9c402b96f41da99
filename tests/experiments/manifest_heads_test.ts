import { assert } from "@std/assert";
import { loadManifest } from "../../experiments/manifest.ts";
import type { Section } from "../../experiments/resolved.ts";
import { builtins } from "../../registry/builtins.ts";
import { useBackend } from "../../tensor/backend.ts";
import { otherValues, propertiesOf } from "../losses/contract.ts";
import { flatten, measure, tellingBatch } from "../losses/measure.ts";

const folder = new URL("../../experiments/manifests/", import.meta.url), registries = builtins();

/** Every head of a shipped manifest with its parameters, as main head or auxiliary loss, each once. */
async function headsOf(name: string): Promise<Section[]> {
  const { rows } = await loadManifest(new URL(name, folder).pathname, { read: Deno.readTextFile, registries });
  const sections = rows.flatMap(({ run: { head, auxiliary } }) => [
    head,
    ...auxiliary.map(({ weight: _, ...section }) => section as Section),
  ]);
  return [...new Map(sections.map((section) => [JSON.stringify(section), section])).values()];
}

for (const { name } of Deno.readDirSync(folder)) {
  Deno.test(`every parameter of every head of ${name} changes a step or is refused`, async () => {
    await useBackend("wasm");
    for (const { name: head, ...params } of await headsOf(name)) {
      const plugin = registries.head.get(String(head)), batch = tellingBatch();
      const standard = flatten(await measure(plugin, params, batch)), scale = Math.max(...standard.map(Math.abs));
      for (const [key, property] of propertiesOf(plugin)) {
        // Values half-way to the limit, and the limit's other side where the manifest has that very value.
        for (const value of otherValues(key, { ...property, default: params[key] })) {
          const varied = { ...params, [key]: value };
          if (!plugin.params.safeParse(varied).success) continue;
          const found = flatten(await measure(plugin, varied, batch));
          const changed = found.length !== standard.length ||
            found.some((x, i) => Math.abs(x - standard[i]!) > 1e-6 * scale);
          assert(changed, `${head} ${JSON.stringify(params)}: ${key}=${value} changes nothing`);
        }
      }
    }
  });
}
