/// <reference lib="dom" />
/// The report in a browser: quiet, without a request, usable on a telephone, by keyboard, without a script, and accessible.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openStore } from "../../experiments/store.ts";
import { builtins } from "../../registry/mod.ts";
import { loadExhibit } from "../../reports/exhibit.ts";
import { drawForReport } from "../../reports/page/drawn.ts";
import { renderReport } from "../../reports/page/page.ts";
import { madeExhibit } from "../reports/page/made_exhibit.ts";
import { testInChromium } from "./chromium.ts";

const root = decodeURIComponent(new URL("../../results", import.meta.url).pathname);
const pages = new Map<string, Promise<string>>();

/** The report of a committed experiment, or of the made one, as a file. */
function reportOf(experiment: string): Promise<string> {
  const known = pages.get(experiment) ?? writeReport(experiment);
  pages.set(experiment, known);
  return known;
}

async function writeReport(experiment: string): Promise<string> {
  const exhibit = experiment === "made"
    ? madeExhibit({ rows: 20, seeds: 3, text: (place) => `A row <i>&</i> "text" ${place}` })
    : await loadExhibit(openStore(root), experiment, { registries: builtins() });
  const file = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(file, renderReport({ exhibit, ...await drawForReport({ exhibit }) }));
  addEventListener("unload", () => Deno.removeSync(file));
  return file;
}

/** Opens a report, and fails on whatever it says or asks for. */
async function open(
  browser: Browser,
  experiment: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; heard: string[] }> {
  const heard: string[] = [], file = await reportOf(experiment);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => heard.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => heard.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== `file://${file}`) heard.push(`request: ${request.url().slice(0, 80)}`);
  });
  await page.goto(`file://${file}`);
  return { page, heard };
}

for (const experiment of ["omniglot-table2", "toy-2d", "omniglot-one-shot", "made"]) {
  testInChromium(`the report of ${experiment} is quiet, narrow and accessible, light and dark`, async (browser) => {
    for (const [width, colorScheme] of [[1280, "light"], [360, "dark"]] as const) {
      const { page, heard } = await open(browser, experiment, { viewport: { width, height: 800 }, colorScheme });
      const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assertEquals(await widths(), [width, width]);
      await page.locator("table.results td button").last().click();
      await page.getByRole("dialog").waitFor();
      assertEquals(await widths(), [width, width], "with a cell open");
      await page.evaluate((await import("axe-core")).default.source);
      const violations = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))}`);
      });
      assertEquals(violations, []);
      assertEquals(heard, []);
    }
  });
}

testInChromium(
  "the report's accessibility tree has its headings, its table and its figures' words",
  async (browser) => {
    const { page } = await open(browser, "toy-2d");
    const tree = await page.locator("body").ariaSnapshot();
    for (
      const part of [
        'heading "toy-2d" [level=1]',
        'heading "What the data support" [level=2]',
        "table",
        'columnheader "train.intra ° lower is better"',
        "rowheader",
        'img "Lines of the training loss over steps',
        'link "Skip to the results"',
      ]
    ) assertStringIncludes(tree, part);
  },
);

testInChromium(
  "a figure of the report's table opens its provenance without a script and by keyboard",
  async (browser) => {
    const { page } = await open(browser, "omniglot-table2", { javaScriptEnabled: false });
    const button = page.getByRole("button", { name: /^94\.72 ± 1\.18, ArcFace\+Triplet/ });
    const dialog = page.getByRole("dialog", { name: "ArcFace+Triplet unseen.accuracy, %" });
    assertEquals(await dialog.count(), 0);
    await button.focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    const text = await dialog.innerText();
    for (const told of ["88d004f2dc2d", "bdde0690285e", "McNemar, seed 0", "worse over 6000 pairs"]) {
      assertStringIncludes(text, told);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  },
);

testInChromium("the address of a cell opens it", async (browser) => {
  const { page } = await open(browser, "omniglot-table2");
  await page.evaluate(() => location.hash = "#cell-19-0");
  await page.getByRole("dialog", { name: /^ArcFace\+Triplet/ }).waitFor();
});

testInChromium("rows are filtered in tables and figures together, by text and by boxes", async (browser) => {
  const { page } = await open(browser, "omniglot-table2");
  const rows = page.locator("table.results tbody tr:visible"),
    lines = page.locator("#figure-roc-unseen path[data-row]");
  assertEquals([await rows.count(), await lines.count()], [20, 20]);
  await page.getByRole("searchbox", { name: "Filter rows" }).fill("cosface");
  assertEquals(await rows.locator("th").allInnerTexts(), ["CosFace", "CosFace (0.35)"]);
  assertEquals(await page.locator("#runs tbody tr:visible").count(), 2);
  assertEquals(await page.locator("#figure-roc-unseen path[data-row]:not(.off)").count(), 2);
  await page.getByText("Choose rows").click();
  await page.getByRole("checkbox", { name: "CosFace (0.35)" }).uncheck();
  assertEquals(await rows.locator("th").allInnerTexts(), ["CosFace"]);
  assertEquals(await page.locator(".tools output").innerText(), "1 of 20 rows");
  await page.getByRole("searchbox").fill("");
  await page.getByRole("button", { name: "All", exact: true }).click();
  assertEquals(await rows.count(), 20);
});

testInChromium("rows are sorted by a column downwards, upwards and back", async (browser) => {
  const { page } = await open(browser, "omniglot-table2");
  const names = async () => (await page.locator("table.results tbody th").allInnerTexts()).slice(0, 2);
  const head = page.locator("table.results thead tr:last-child th").first(), before = await names();
  await head.getByRole("button").click();
  assertEquals(await names(), ["ArcFace+Intra+Inter", "CosFace (0.35)"]);
  assertEquals(await head.getAttribute("aria-sort"), "descending");
  await head.getByRole("button").click();
  assertEquals(await names(), ["ArcFace+Triplet", "Triplet (0.35)"]);
  await head.getByRole("button").click();
  assertEquals(await names(), before);
  assertEquals(await head.getAttribute("aria-sort"), null);
});

testInChromium("a row under the pointer is marked in the figures, and a mark tells its values", async (browser) => {
  const { page } = await open(browser, "omniglot-table2");
  await page.getByRole("rowheader", { name: "Softmax baseline" }).first().hover();
  const at = await page.locator("tr.baseline").first().getAttribute("data-row");
  assertEquals(await page.locator("#figure-roc-unseen path.lit").getAttribute("data-row"), at);
  await page.locator(`#figure-intervals-unseen\\.accuracy path[data-row="19"]`).first().hover();
  assertStringIncludes(await page.locator(".tip").innerText(), "row: ArcFace+Triplet");
  assertEquals(await page.locator("table.results tr.lit").getAttribute("data-row"), "19");
});
