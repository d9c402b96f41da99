import { assertEquals, assertStringIncludes } from "@std/assert";
import { rowLooks } from "../../../reports/figures/rows.ts";
import { renderSvg } from "../../../reports/figures/render.ts";
import { PALETTES } from "../../../reports/figures/theme.ts";
import { drawFigures } from "../../../reports/mod.ts";
import { sampleExhibit } from "./sample.ts";

const many = Array.from({ length: 10 }, (_, i) => ({ row: `row ${i}`, seed: 0, accuracy: i / 10 }));

Deno.test("rowLooks() names every row where they are few", () => {
  assertEquals(rowLooks(sampleExhibit(many.slice(0, 7))).muted, false);
});

Deno.test("rowLooks() names the baseline and the best of many, in the planned order, and says so", () => {
  const { named, muted, note } = rowLooks(sampleExhibit(many, "row 2"));
  assertEquals({ named, muted }, { named: [2, 4, 5, 6, 7, 8, 9].map((i) => `row ${i}`), muted: true });
  assertStringIncludes(note, "the 6 rows best by unseen.accuracy; the other 3 are grey");
});

Deno.test("rows that are not named are drawn grey and thin, each named one in its colour", async () => {
  const history = [{ step: 1, loss: 2, learningRate: 0.1 }, { step: 2, loss: 1, learningRate: 0.1 }];
  const exhibit = sampleExhibit(many.map((run) => ({ ...run, history })), "row 2");
  const [figure] = (await drawFigures({ exhibit }, ["loss"])).figures;
  for (const theme of ["light", "dark"] as const) {
    const svg = await renderSvg(figure!, theme), { muted, rows } = PALETTES[theme];
    const lines = [...svg.matchAll(/<path aria-label="[^"]*; loss: [^>]*>/g)].map(([path]) => path);
    const grey = lines.filter((path) => path.includes(`stroke="${muted}"`));
    assertEquals(grey.filter((path) => path.includes('stroke-width="1"')).length, 3, theme);
    for (const colour of rows) {
      assertEquals(lines.filter((path) => path.includes(`stroke="${colour}"`)).length, 1, colour);
    }
    assertEquals(lines.length, 10);
  }
});
