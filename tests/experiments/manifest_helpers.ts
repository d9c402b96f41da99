/**
 * What the manifest tests share: loading texts that stand in memory.
 *
 * @module
 */
import { loadManifest, type Manifest, ManifestError, type ManifestOptions } from "../../experiments/manifest.ts";
import { builtins } from "../../registry/builtins.ts";

export const registries = builtins();

/** Where the fixtures are. */
export const fixtures = new URL("../fixtures/manifests/", import.meta.url).pathname;

/** A complete manifest with no ablation; `{}` marks where a test puts its change. */
export const base = `name: tiny
data: { train: { reader: image-folder, path: a.zip, size: [28, 28], channels: 1 } }
backbone: { name: convnet, blocks: 2, width: 8, embedding: 16 }
head: { name: arcface, m: 0.5, s: 16 }
schedule: { name: step, lr: 0.1, milestones: [5] }
train: { steps: 10, batchSize: 4 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: sampled-pairs, from: { reader: image-folder, path: b.zip, size: [28, 28], channels: 1 } }
`;

/** Loads texts by file name; `m.yaml` is the manifest. */
export function load(
  texts: string | Record<string, string>,
  options: Partial<ManifestOptions> = {},
): Promise<Manifest> {
  const files: Record<string, string> = typeof texts === "string" ? { "m.yaml": texts } : texts;
  const read = (path: string) =>
    path in files ? Promise.resolve(files[path]!) : Promise.reject(new Error("there is no such file"));
  return loadManifest("m.yaml", { read, registries, ...options });
}

/** The lines of the error that loading ends with. */
export async function problemsOf(
  texts: string | Record<string, string>,
  options: Partial<ManifestOptions> = {},
): Promise<string[]> {
  try {
    await load(texts, options);
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
  return [];
}

/** `base` with its line that starts with `key` replaced, or a line added. */
export function withLine(key: string, line: string, text = base): string {
  const lines = text.split("\n");
  const index = lines.findIndex((existing) => existing.startsWith(`${key}:`));
  if (index < 0) return text + line + "\n";
  lines[index] = line;
  return lines.join("\n");
}
