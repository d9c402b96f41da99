import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { createHash } from "node:crypto";
import { diskFiles } from "../../../experiments/disk.ts";
import type { RunRecord } from "../../../experiments/record.ts";
import { builtins } from "../../../registry/mod.ts";
import { collectCells, type CollectOptions } from "../../../reports/browser/collect.ts";
import { renderReproducePage } from "../../../reports/browser/page.ts";
import type { Exhibit } from "../../../reports/exhibit.ts";
import { sampleRecord } from "../../experiments/sample_record.ts";
import { section } from "../../experiments/run_helpers.ts";
import { madeExhibit } from "../page/made_exhibit.ts";

const program = { version: "0.1.0", code: null };
const EVIL = `</script><img src=x onerror=alert(1)>"'\u2028<!--`;

/** An exhibit of one run. */
function of(record: RunRecord): Exhibit {
  return { ...madeExhibit({ rows: 1, seeds: 1, text: () => record.row }), rows: [record.row], records: [record] };
}

/** A run on images in a folder `faces`. */
function onFiles(changes: Partial<RunRecord> = {}, license: string | null = "CC0-1.0"): RunRecord {
  const train = section("reader", { reader: "image-folder", path: "faces", size: [8, 8], license });
  const sample = sampleRecord();
  const data = [{
    ...{ role: "train", reader: "image-folder", classes: 2, images: 2, digest: "ab".repeat(32), license },
    ...{ citation: null, decoder: "marginlab png 1.0.0", skipped: [] },
  }];
  return { ...sample, manifest: { ...sample.manifest, data: { train }, evaluate: [] }, data, ...changes };
}

async function reason(record: RunRecord, options: Partial<CollectOptions> = {}): Promise<string | null> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/faces/a`, { recursive: true });
    await Deno.writeFile(`${folder}/faces/a/1.png`, new Uint8Array(2000));
    const all = { registries: builtins(), files: diskFiles(folder), program, ...options };
    const { runs: [cell], data } = await collectCells(of(record), all);
    assertEquals(data.map(({ path, size }) => [path, size]), cell!.unable === null ? [["faces/a/1.png", 2000]] : []);
    return cell!.unable;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("collectCells() passes small data of a known licence on, and says of each other run why not and what to do", async () => {
  assertEquals(await reason(onFiles()), null);
  assertMatch((await reason(onFiles({}, null)))!, /names no licence of the data of "train".*add "license:"/);
  assertMatch((await reason(onFiles(), { dataBytes: 1000 }))!, /"faces" takes 1.95 KiB, at most 1000 B.*verify/);
  assertMatch(
    (await reason(onFiles(), { files: diskFiles("/nowhere") }))!,
    /is not there; name the data folder with --data/,
  );
  const plugins = [{ kind: "head", name: "arcface", sha256: null }, {
    kind: "head",
    name: "mine",
    sha256: "cd".repeat(32),
  }];
  assertMatch(
    (await reason(onFiles({ identity: { plugins } })))!,
    /it uses head "mine", which is not part of the program/,
  );
  const jpeg = onFiles().data.map((data) => ({ ...data, decoder: "@jsquash/jpeg 1.6.0" }));
  assertMatch((await reason(onFiles({ data: jpeg })))!, /decoded by @jsquash\/jpeg 1.6.0/);
});

Deno.test("renderReproducePage() escapes what comes from records, and lets the page do no more than it needs", async () => {
  const record = onFiles({ row: EVIL, experiment: EVIL }, EVIL);
  const folder = await Deno.makeTempDir();
  const cells = await collectCells(of(record), { registries: builtins(), files: diskFiles(folder), program });
  await Deno.remove(folder);
  const page = renderReproducePage({ ...cells, experiment: EVIL }, "globalThis.x = 1;");
  assert(!page.includes("<img"));
  assert(!page.includes("<!--"));
  assertEquals(page, renderReproducePage({ ...cells, experiment: EVIL }, "globalThis.x = 1;"));
  const [, data] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)!;
  assertEquals(JSON.parse(data!).cells.experiment, EVIL);
  const [, script] = /<script type="module">(.*?)<\/script>/s.exec(page)!,
    [, policy] = /Security-Policy" content="([^"]*)"/.exec(page)!;
  const digest = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  assertStringIncludes(
    policy!.replaceAll("&#39;", "'"),
    `script-src ${digest(script!)} ${digest("globalThis.x = 1;")}`,
  );
  assertStringIncludes(policy!.replaceAll("&#39;", "'"), "default-src 'none'");
  assert(!/unsafe-eval(?<!wasm-unsafe-eval)|https?:/.test(policy!));
});
