/// A published run trained again in a reader's browser: the report, a click on a cell, the page, and its verdict.
/// <reference lib="dom" />
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { cli } from "../cli/in_folder.ts";
import { type Change, change } from "../cli/verify_helpers.ts";
import { testInChromium } from "./chromium.ts";

const LABEL = `Arc<b>Face</b> & "m"`;
const MANIFEST = `
name: small
seeds: [0, 1, 2]
backend: wasm
data: { train: { reader: synthetic-faces, identities: 8, perIdentity: 8, size: [16, 16], channels: 1 } }
backbone: { name: convnet, blocks: 2, width: 8, embedding: 16 }
head: { name: norm-softmax, s: 16 }
schedule: { name: step, lr: 0.05 }
train: { steps: 60, batchSize: 16 }
evaluate:
  - name: unseen
    protocol: verification
    data: { reader: synthetic-face-pairs, identities: 30, perIdentity: 4, folds: 5, perFold: 40, size: [16, 16], channels: 1 }
ablation:
  rows:
    - { label: NS, head: { name: norm-softmax, s: 16 } }
    - { label: ${JSON.stringify(LABEL)}, head: { name: arcface, m: 0.2, s: 16 } }
table: { columns: [unseen.accuracy], baseline: NS }
`;
const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };

let trained: Promise<string> | undefined;

/** The folder of a small sweep, trained once for all tests. */
function sweep(): Promise<string> {
  return trained ??= (async () => {
    const folder = await Deno.makeTempDir();
    addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    await Deno.writeTextFile(`${folder}/small.yaml`, MANIFEST);
    const flags = ["--quiet", "--blas", "none", "--out", `${folder}/results`];
    const { code, err } = await cli("ablate", `${folder}/small.yaml`, ...flags);
    assertEquals(code, 0, err);
    return `${folder}/results/small`;
  })();
}

/** Writes the report of the sweep, or a package, its records changed where told, serves the folder and opens a page. */
async function published(
  browser: Browser,
  { path, packed = false, changed, colorScheme = "light", width = 1100 }: {
    path: string;
    packed?: boolean;
    changed?: Change;
    colorScheme?: "light" | "dark";
    width?: number;
  },
): Promise<{ page: Page; heard: string[]; close(): Promise<void> }> {
  const folder = await Deno.makeTempDir(), small = `${folder}/small`;
  await new Deno.Command("cp", { args: ["-r", await sweep(), small] }).output();
  if (changed) await change(small, changed, { which: ({ row }) => row === LABEL });
  const served = packed ? `${folder}/package` : small, about = ["--license", "CC0-1.0", "--author", "Ada Lovelace"];
  const { code, err } = packed
    ? await cli("publish", small, ...about, "--to", served, "--reproducible")
    : await cli("report", small, "--reproducible");
  assertEquals([code, err], [0, ""]);
  if (packed) assertEquals((await cli("verify", served, "--hashes-only")).code, 0);
  const server = Deno.serve({ port: 0, hostname: "localhost", onListen() {} }, async ({ url }) => {
    const { pathname } = new URL(url), type = TYPES[pathname.split(".").at(-1)!];
    const bytes = await Deno.readFile(`${served}${pathname}`).catch(() => undefined);
    return bytes && type
      ? new Response(bytes, { headers: { "content-type": type } })
      : new Response(null, { status: 404 });
  });
  const origin = `http://localhost:${server.addr.port}/`, heard: string[] = [];
  const page = await (await browser.newContext({ viewport: { width, height: 800 }, colorScheme })).newPage();
  page.on("console", (message) => {
    // Chromium's own words where there is no WebGPU.
    if (message.text() !== "No available adapters.") heard.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith(`blob:${origin}`)) heard.push(`request: ${url.slice(0, 80)}`);
  });
  await page.goto(`${origin}${path}`);
  const close = async () => {
    await page.context().close();
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  };
  return { page, heard, close };
}

/** Trains one of the page's runs in WebAssembly; gives the verdict. */
async function trainOnWasm(page: Page, run: number): Promise<string | null> {
  await page.getByRole("radio", { name: /WebAssembly/ }).check();
  await page.locator(`button[data-run="${run}"]`).click();
  return await verdict(page);
}

async function verdict(page: Page): Promise<string | null> {
  await page.locator("#outcome").waitFor({ timeout: 120_000 });
  return await page.locator("#outcome").getAttribute("data-verdict");
}

/** The points of a curve. */
async function points(page: Page, id: string): Promise<string[]> {
  return (await page.locator(`#${id}`).getAttribute("points"))!.split(" ");
}

testInChromium("a click on a cell of a report trains the run on WebGPU, and finds it consistent", async (browser) => {
  const { page, heard, close } = await published(browser, { path: "report.html" });
  await page.locator("table.results tbody tr").nth(1).getByRole("button").first().click();
  await page.getByRole("dialog").getByRole("link", { name: "train it here" }).first().click();
  assert(
    ["identical", "tolerance", "consistent"].includes((await verdict(page))!),
    await page.locator("#verdict").innerText(),
  );
  assertStringIncludes(await page.locator("#verdict").innerText(), "it was made on wasm, here webgpu computes");
  assertEquals(await page.locator("#live-title").innerText(), `${LABEL}, seed 0`);
  assertEquals((await points(page, "here")).length, 60);
  assertEquals(heard, []);
  await close();
}, true);

testInChromium(
  "a run of a package in a browser's WebAssembly has the losses, weights and figures of Deno's, bit for bit",
  async (browser) => {
    const { page, heard, close } = await published(browser, { path: "report.html", packed: true });
    await page.getByRole("link", { name: "train a run again in this browser" }).click();
    assertEquals(await trainOnWasm(page, 4), "identical");
    const here = new Set(await points(page, "here")), there = await points(page, "published");
    assertEquals(there.length, 6);
    assertEquals(there.filter((point) => !here.has(point)), []);
    assertEquals(heard, []);
    await close();
  },
);

testInChromium(
  "a published figure that was changed is told to have drifted, on WASM and on WebGPU",
  async (browser) => {
    const { page, close } = await published(browser, {
      path: "reproduce/index.html",
      changed: ({ metrics }) => void (metrics[0]!.value += 0.2),
    });
    assertEquals(await trainOnWasm(page, 3), "drifted");
    assertStringIncludes(await page.locator("#verdict").innerText(), "the weights are equal, the figure is not");
    await page.getByRole("radio", { name: /WebGPU/ }).check();
    await page.locator('button[data-run="3"]').click();
    await page.locator("#outcome").waitFor({ state: "detached" });
    assertEquals(await verdict(page), "drifted");
    assertStringIncludes(await page.locator("#verdict").innerText(), "outside of the 95 % prediction interval");
    await close();
  },
  true,
);

testInChromium(
  "the page is narrow, accessible and stopped by its button, light and dark, with no WebGPU too",
  async (browser) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, heard, close } = await published(browser, {
        path: "reproduce/index.html",
        colorScheme,
        width: 360,
      });
      await page.getByText("not offered by this browser").waitFor();
      assert(await page.getByRole("radio", { name: /WebAssembly/ }).isChecked());
      await page.locator('button[data-run="0"]').focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Stop" }).press("Enter");
      await page.getByText("Stopped. Nothing of the run is kept.").waitFor();
      assertEquals(await trainOnWasm(page, 0), "identical");
      const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assertEquals(widths, [360, 360]);
      // The page lets no script in but its own; the checker comes in beside it.
      const violations = await page.evaluate(
        `${(await import("axe-core")).default.source}; axe.run()`,
      ) as axe.AxeResults;
      assertEquals(violations.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`), []);
      assertEquals(heard, []);
      await close();
    }
  },
);
