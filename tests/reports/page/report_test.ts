import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { openStore } from "../../../experiments/store.ts";
import { builtins } from "../../../registry/mod.ts";
import { loadExhibit } from "../../../reports/exhibit.ts";
import { drawForReport } from "../../../reports/page/drawn.ts";
import { renderReport } from "../../../reports/page/page.ts";
import { prepareSvg } from "../../../reports/page/svg.ts";
import { madeExhibit } from "./made_exhibit.ts";

const root = decodeURIComponent(new URL("../../../results", import.meta.url).pathname);
const registries = builtins();

/** Tags with their attributes' names, scripts and styles left aside. */
function skeleton(page: string): string[] {
  const body = page.replace(/<style>[^]*?<\/style>/, "").replace(/<script type="module">[^]*<\/script>/, "");
  return [...body.matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)>/g)].map(([, name, attributes]) =>
    `${name} ${attributes!.replace(/="[^"]*"/g, "")}`
  );
}

const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."&<>\"'`\n\0=/ ",
      "</td>",
      "</pre>",
      "</script>",
      "<!--",
      "<script>alert(1)</script>",
      "' onx='",
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
  { minLength: 1, maxLength: 8 },
).map((parts) => parts.join(""));

Deno.test("renderReport() keeps its elements and attributes whatever text a record has in any place", () => {
  const plain = madeExhibit({ rows: 4, seeds: 2, text: (place) => `text ${place}` });
  const wanted = skeleton(renderReport({ exhibit: plain }));
  fc.assert(
    fc.property(hostile, (text) => {
      const exhibit = madeExhibit({ rows: 4, seeds: 2, text: (place) => `${text} ${place}` });
      const page = renderReport({ exhibit });
      assertEquals(skeleton(page), wanted);
      assertEquals(page.match(/<script/g)!.length, 1);
    }),
    { seed: 11, numRuns: 150 },
  );
});

Deno.test("renderReport() links the lines of figures with rows, whatever the rows are called", async () => {
  const text = (place: number) => `a; row: "<b>" & 'c' ${place}`;
  const exhibit = madeExhibit({ rows: 3, seeds: 1, text }), drawn = await drawForReport({ exhibit });
  const figures = drawn.figures.filter(({ figure }) => figure.name === "loss");
  const page = renderReport({ exhibit, ...drawn, figures }), drawing = page.match(/<svg[^]*?<\/svg>/)![0];
  for (const row of [0, 1]) {
    assertMatch(drawing, new RegExp(`<path [^>]* data-said="[^"]*" data-row="${row}"`));
    assertMatch(drawing, new RegExp(`<text [^>]* data-row="${row}">`));
  }
  assert(!/data-row="2"/.test(drawing), "the last row has no run");
  assert(!/<(?:title|desc|b)\b/.test(drawing));
});

Deno.test("prepareSvg() refuses what could act or load", () => {
  const rest = { alt: "", rows: [] };
  for (
    const inner of [
      "<script>1</script>",
      '<g onclick="x"></g>',
      '<image href="https://example.org/a.png"></image>',
      '<a href="#x"></a>',
      "<foreignObject></foreignObject>",
    ]
  ) {
    assertThrows(
      () => prepareSvg(`<svg>${inner}</svg>`, rest),
      SyntaxError,
      "Cannot set a drawing into a page: found ",
    );
  }
  const image = '<image href="data:image/png;base64,AA=="></image>';
  assertStringIncludes(prepareSvg(`<svg>${image}</svg>`, rest), image);
});

Deno.test("renderReport() makes links of what is cited only where that is an arXiv number, a DOI or a web address", () => {
  for (
    const [text, link] of [
      ["arXiv:1801.07698", "https://arxiv.org/abs/1801.07698"],
      ["doi:10.1126/science.aab3050", "https://doi.org/10.1126/science.aab3050"],
      ["https://example.org/a?b=c&d", "https://example.org/a?b=c&amp;d"],
      ["javascript:alert(1)", undefined],
      ['https://example.org/" onclick="x', undefined],
    ] as const
  ) {
    const made = madeExhibit({ rows: 2, seeds: 1, text: (place) => place === 201 ? text : `text ${place}` });
    const hrefs = [...renderReport({ exhibit: made }).matchAll(/<a href="(?!#)([^"]*)"/g)].map(([, href]) => href);
    assertEquals([...new Set(hrefs)], link === undefined ? [] : [link]);
  }
});

Deno.test("renderReport() asks for nothing: no address but plain links, and one script of which the policy has the hash", () => {
  const page = renderReport({ exhibit: madeExhibit({ rows: 3, seeds: 1, text: (place) => `text ${place}` }) });
  const tags = page.replace(/<style>[^]*?<\/style>/, "").match(/<[a-z][^>]*>/g)!;
  for (const tag of tags) {
    assert(!/^<(?:link|img|iframe|object|embed|base)\b| (?:src|srcset|action|on\w+)=/.test(tag), tag);
  }
  assert(!/url\(|@import/.test(page.match(/<style>([^]*?)<\/style>/)![1]!));
  assertMatch(page, /default-src &#39;none&#39;;[^"]*script-src &#39;sha256-[A-Za-z0-9+/]{43}=&#39;/);
});

Deno.test("renderReport() of 60 runs with five columns stays under 500 kB without figures", () => {
  const exhibit = madeExhibit({ rows: 20, seeds: 3, text: (place) => `a text of the usual length, ${place}` });
  const page = renderReport({ exhibit });
  assert(page.length < 500_000, `${page.length} bytes`);
});

Deno.test("renderReport() of the committed sweep tells verdicts, provenance, differences, machines, data and commands", async () => {
  const exhibit = await loadExhibit(openStore(root), "omniglot-table2", { registries, pairs: false });
  const page = renderReport({ exhibit });
  assertEquals(renderReport({ exhibit }), page);
  const text = page.replace(/<style>[^]*?<\/style>|<script type="module">[^]*<\/script>/g, "").replace(/<[^>]*>/g, "")
    .replace(
      /\s+/g,
      " ",
    );
  for (
    const told of [
      "Which loss? The twenty rows of the ArcFace paper&#39;s Table 2 on Omniglot",
      "20 rows, 1 seed each: all 20 runs completed.",
      "unseen.accuracy: the highest mean is 96.10 % (ArcFace+Intra+Inter; Softmax has 95.60 %). " +
      "All 19 other rows: too few seeds to tell.",
      "Over seeds: Δ +0.18, n = 1",
      "inter.form arccos",
      "marginlab 0.1.0",
      "deno task verify results/omniglot-table2 --hashes-only",
      "None: every planned run completed.",
    ]
  ) assert(text.includes(told), told);
  const anchors = new Set([...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!));
  assertEquals(anchors.size, page.match(/ id="/g)!.length, "ids are unique");
  for (const [, to] of page.matchAll(/(?:href="#|popovertarget="|aria-labelledby=")([^"]*)"/g)) {
    assert(anchors.has(to!), `#${to} is in the page`);
  }
});
