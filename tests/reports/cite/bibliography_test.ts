import { assert, assertEquals } from "@std/assert";
import { parse } from "yaml";
import project from "../../../deno.json" with { type: "json" };
import { builtins, KINDS, tableOfKind } from "../../../registry/mod.ts";
import { BIBLIOGRAPHY, citationKey, findWork, identify, unknownWork } from "../../../reports/mod.ts";

const root = new URL("../../../", import.meta.url);

async function* manifests(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* manifests(new URL(`${name}/`, folder));
    else if (name.endsWith(".yaml")) yield new URL(name, folder);
  }
}

Deno.test("every built-in plugin's reference has an entry in the bibliography", () => {
  const registries = builtins();
  const missing = KINDS.flatMap((kind) =>
    tableOfKind(registries, kind).names().flatMap((name) => {
      const { reference } = tableOfKind(registries, kind).get(name);
      return findWork(reference) ? [] : [`${kind} ${name}: ${reference}`];
    })
  );
  assertEquals(missing, []);
});

Deno.test("what the shipped manifests and published tables cite has an entry", async () => {
  const references = new Set<string>();
  for await (const path of manifests(new URL("experiments/", root))) {
    const text = await Deno.readTextFile(path);
    for (const [, list] of text.matchAll(/^cite: \[(.*)\]$/gm)) {
      for (const [, reference] of list!.matchAll(/"([^"]+)"/g)) references.add(reference!);
    }
    for (const [, reference] of text.matchAll(/citation: "([^"]+)"/g)) references.add(reference!);
  }
  assert(references.size >= 8, `found ${references.size}`);
  assertEquals([...references].filter((reference) => !findWork(reference)), []);
});

Deno.test("each entry has a form that references can be made of, and no name or key twice", () => {
  const ids = BIBLIOGRAPHY.flatMap((work) => work.ids.map((id) => identify(id)?.key ?? `${id} is no identifier`));
  assertEquals(ids.length, new Set(ids).size);
  const cited = BIBLIOGRAPHY.filter(({ kind }) => kind !== "page"), keys = cited.map(citationKey);
  assertEquals(keys.length, new Set(keys).size);
  for (const work of BIBLIOGRAPHY) {
    const what = JSON.stringify(work);
    assert(work.title !== "" && work.title === work.title.trim(), what);
    assert(work.year === null || (work.year > 1950 && work.year < 2100), what);
    assert(work.ids.every((id) => !id.startsWith("https://arxiv.org") && !id.includes("doi.org")), what);
    assert(work.pages === undefined || /^\d+-\d+$/.test(work.pages), what);
    if (work.kind === "page") continue;
    assert(work.authors.length > 0, what);
    if (["article", "paper", "chapter", "report"].includes(work.kind)) assert(work.venue && work.year, what);
    for (const author of work.authors) assert(!/[{}\\]| and |,.*,/.test(author), what);
  }
});

Deno.test("findWork() knows a work by any spelling of its names, and by the files of its repository", () => {
  const arcface = findWork("arXiv:1801.07698")!;
  assertEquals(citationKey(arcface), "deng2019arcface");
  for (
    const spelling of [
      ...["https://arxiv.org/abs/1801.07698v1", "http://www.arxiv.org/pdf/1801.07698.pdf", "arxiv: 1801.07698"],
      ...["doi:10.1109/cvpr.2019.00482", "https://dx.doi.org/10.1109/CVPR.2019.00482"],
    ]
  ) assertEquals(findWork(spelling), arcface, spelling);
  assertEquals(findWork("https://www.science.org/doi/10.1126/science.aab3050")?.venue, "Science");
  assertEquals(findWork("https://vis-www.cs.umass.edu/lfw/lfw.pdf")?.year, 2007);
  assertEquals(findWork("https://github.com/deepinsight/insightface-mine"), undefined);
  assertEquals(findWork("arXiv:1801.0769"), undefined);
});

Deno.test("unknownWork() says what is known, which is the name", () => {
  assertEquals(unknownWork("https://arxiv.org/abs/2401.00001v2").ids, ["arXiv:2401.00001"]);
  assertEquals(unknownWork("A.\nNobody,  2020").title, "A. Nobody, 2020");
});

Deno.test("CITATION.cff tells the title, version and licence of the program", async () => {
  const file = parse(await Deno.readTextFile(new URL("CITATION.cff", root)));
  const own = BIBLIOGRAPHY.find(({ title }) => title.startsWith("marginlab"))!;
  assertEquals(
    [file["cff-version"], file.type, file.title, file.version, file.license],
    ["1.2.0", "software", own.title, project.version, project.license],
  );
  assertEquals(file.authors, own.authors.map((name) => ({ name })));
});
