import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../../experiments/store.ts";
import { builtins } from "../../../registry/mod.ts";
import { drawFigures, FIGURES, loadExhibit } from "../../../reports/mod.ts";
import { renderSvg } from "../../../reports/figures/render.ts";

const root = decodeURIComponent(new URL("../../../results", import.meta.url).pathname);

Deno.test("every kind of figure has a name of its own, and draws something of the committed results or says what it lacks", async () => {
  assertEquals(new Set(FIGURES.map(({ name }) => name)).size, FIGURES.length);
  const drawn = new Set<string>();
  for (const experiment of ["omniglot-one-shot", "toy-2d"]) {
    const exhibit = await loadExhibit(openStore(root), experiment, { registries: builtins(), pairs: false });
    const { figures, absent } = await drawFigures({ exhibit });
    assertEquals(new Set(figures.map(({ name }) => name)).size, figures.length);
    for (const figure of figures) {
      const svg = await renderSvg(figure, "page");
      assertEquals(svg.match(/#[0-9a-f]{3,8}\b(?=")/g), null, `${figure.name} has colours that the theme does not say`);
      assert(figure.caption.endsWith(".") && figure.alt.endsWith("."), figure.name);
      drawn.add(figure.name.split("-")[0]!);
    }
    for (const { reason } of absent) assert(/^[a-z].*[^.]$/.test(reason), reason);
  }
  assertEquals([...drawn].sort(), ["cmc", "decision", "embedding", "intervals", "loss", "target"]);
});
