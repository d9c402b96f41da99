import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { drawFigures } from "../../../reports/mod.ts";
import { renderPng } from "../../../reports/figures/png.ts";
import { renderSvg } from "../../../reports/figures/render.ts";
import { sampleExhibit } from "./sample.ts";

const hostile = `</script><b>"q" {signal: 'x'} datum.x \u0000\u001b[31m`;

async function sampleFigure() {
  const history = [{ step: 1, loss: 2, learningRate: 0.1 }, { step: 2, loss: 1, learningRate: 0.01 }];
  const exhibit = sampleExhibit([{ row: hostile, seed: 0, history }, { row: "B", seed: 0, history }]);
  return (await drawFigures({ exhibit }, ["loss"])).figures[0]!;
}

Deno.test("renderSvg() gives the same bytes each time, in every theme, and page has no colour of its own", async () => {
  const figure = await sampleFigure();
  for (const theme of ["light", "dark", "page"] as const) {
    assertEquals(await renderSvg(figure, theme), await renderSvg(figure, theme));
  }
  const page = await renderSvg(figure, "page");
  assertStringIncludes(page, "var(--fig-row-1)");
  assertEquals(page.match(/#[0-9a-f]{6}/g), null);
});

Deno.test("renderSvg() escapes what labels hold", async () => {
  const svg = await renderSvg(await sampleFigure(), "light");
  assert(!svg.includes("<b>") && !svg.includes("</script>"));
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0008\u001b]/.test(svg));
  assertStringIncludes(svg, "&lt;/script&gt;");
  assertStringIncludes(svg, 'role="img"');
});

Deno.test("renderSvg() writes places to a hundredth of a pixel, and leaves numbers in words as they are", async () => {
  const history = [1, 2, 3].map((step) => ({ step, loss: Math.PI / step, learningRate: 0.1 }));
  const exhibit = sampleExhibit([{ row: '0.123456 d="1.23456"', seed: 0, history }]);
  const svg = await renderSvg((await drawFigures({ exhibit }, ["loss"])).figures[0]!, "light");
  assertEquals(svg.match(/<[^<>]* (?:d|transform)="[^"]*\.\d{3}[^"]*"/g), null);
  assertStringIncludes(svg, '>0.123456 d="1.23456"</text>');
});

Deno.test("renderSvg() loads nothing: a specification that names a file or an address is refused", async () => {
  const figure = await sampleFigure();
  const spec = { data: { url: "https://example.org/data.json" }, mark: "point", encoding: {} };
  await assertRejects(() => renderSvg({ ...figure, spec }, "light"), Error, "has to stand in its specification");
});

Deno.test("renderPng() refuses to draw texts without a font", async () => {
  const tools = { wasm: new Uint8Array(), fonts: [] };
  await assertRejects(() => renderPng("<svg/>", tools), RangeError, "take SVG");
});
