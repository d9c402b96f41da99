/// The texts of a package: card, citation, manifest, and who is named.
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parse } from "../../../experiments/yaml.ts";
import { modelCard } from "../../../reports/crate/card.ts";
import { citationFile } from "../../../reports/crate/citation.ts";
import { findLicence, parseAuthor, parseParty } from "../../../reports/crate/mod.ts";
import { namesOf } from "../../../reports/crate/party.ts";
import { publishedOfPlan } from "../../../reports/crate/published.ts";
import { parsePublished, publishedRows, publishedUnits as publishedUnitsOf } from "../../../reports/published.ts";
import { committed, exampleSource } from "./helpers.ts";

type Card = { license: string; "model-index": { name: string; results: Record<string, never>[] }[] };

function front(card: string): Card {
  const [, text] = /^---\n([\s\S]*?)\n---\n/.exec(card) ?? [];
  return parse(text!) as Card;
}

Deno.test("the card's model-index has one model a row, each figure with its seeds and interval", async () => {
  const exhibit = await committed(), card = front(modelCard({ ...await exampleSource(), exhibit }, []));
  assertEquals(card.license, "cc-by-4.0");
  assertEquals(card["model-index"].map(({ name }) => name), ["toy-2d: Softmax", "toy-2d: ArcFace (0.5)"]);
  const { task, dataset, metrics } = card["model-index"][0]!.results[0]! as Record<string, Record<string, unknown>>;
  assertEquals([task!["type"], dataset!["type"]], ["image-feature-extraction", "synthetic-faces"]);
  const [first] = metrics as unknown as { type: string; value: number; args: Record<string, number | number[]> }[];
  const cell = exhibit.table.rows[0]!.cells[0]!;
  assertEquals([first!.type, first!.value, first!.args["seeds"]], ["intra", cell.mean!, 3]);
  assertEquals(first!.args["ci95"], [cell.interval!.low, cell.interval!.high]);
});

Deno.test("the card tells runs that did not complete, and what the data are", async () => {
  const card = modelCard(await exampleSource(), []);
  assertMatch(card, /## Runs that did not complete\n\n- Softmax, seed 0 \([0-9a-f]{12}\): failed; it failed\n/);
  assertStringIncludes(card, "- train: synthetic-faces, 800 images of 8 classes, SHA-256 ");
});

Deno.test("a hostile row, title or error is text in the card and in the citation", async () => {
  const evil = '---\nlicense: mit\n"]<script>alert(1)</script> [x](javascript:y)';
  const source = await exampleSource((record) => ({ ...record, error: record.error && evil }));
  const about = { ...source.about, title: evil }, card = modelCard({ ...source, about }, []);
  assertEquals(front(card).license, "cc-by-4.0");
  const body = card.slice(card.indexOf("\n---\n") + 5);
  assert(!body.includes("<script>") && !body.includes("[x](") && !body.includes("\nlicense"));
  assertEquals((parse(citationFile({ ...source, about })) as Record<string, string>)["title"], evil);
});

Deno.test("the card says a title that is the question once, and another title beside it", async () => {
  const exhibit = await committed(), source = { ...await exampleSource(), exhibit };
  const question = exhibit.plan!.description.replace(/\.$/, ""),
    of = (title: string) => {
      const card = modelCard({ ...source, about: { ...source.about, title } }, []);
      return card.slice(card.indexOf("\n# ")).split(question).length - 1;
    };
  assertEquals([of(question), of("Two dimensions")], [1, 1]);
});

Deno.test("published figures that a plan froze come along as a file that its manifest names, with the same values", () => {
  const published = { A: { "x.accuracy": 0.9946, "x.eer": null }, B: { "x.accuracy": 0.98 } };
  const table = { columns: [], baseline: null, published: "../elsewhere/paper.yaml#t2" };
  const publishedUnits = { "x.accuracy": 6000 };
  const { path, content, reference } = publishedOfPlan({ table, published, publishedUnits, cite: ["arXiv:1"] })!;
  assertEquals([path, reference], ["published/paper.yaml", "published/paper.yaml#t2"]);
  const file = parsePublished(content, path);
  assertEquals(publishedRows(file, "t2", path), {
    A: { "x.accuracy": 0.9946, "x.eer": null },
    B: { "x.accuracy": 0.98, "x.eer": null },
  });
  assertEquals(publishedUnitsOf(file, "t2", path), publishedUnits);
  const degrees = publishedOfPlan({ table, published: { A: { "angles.intra": 26.1 } }, cite: [] })!;
  assertEquals(publishedRows(parsePublished(degrees.content, ""), "t2", ""), { A: { "angles.intra": 26.1 } });
  assertEquals(publishedOfPlan({ table: { ...table, published: null }, published: null, cite: [] }), undefined);
});

Deno.test("a licence that hubs do not know is other, with its name and address", async () => {
  const source = await exampleSource(), about = { ...source.about, licence: findLicence("0BSD") };
  const card = modelCard({ ...source, about }, []);
  assertStringIncludes(card, "license: other\nlicense_name: 0bsd\nlicense_link: https://spdx.org/licenses/0BSD\n");
});

Deno.test("CITATION.cff has people's names in parts, ORCID, licence and day", async () => {
  const cff = parse(citationFile(await exampleSource())) as Record<string, unknown>;
  assertEquals(cff["cff-version"], "1.2.0");
  assertEquals([cff["license"], cff["date-released"], cff["type"]], ["CC-BY-4.0", "2026-01-31", "dataset"]);
  const affiliation = "Institute", orcid = "https://orcid.org/0000-0002-1825-0097";
  assertEquals(cff["authors"], [
    { "given-names": "Ada", "family-names": "Lovelace", orcid, affiliation },
    { "family-names": "Bo", affiliation },
  ]);
});

Deno.test("parties and licences: what is wrong is said", () => {
  assertEquals(parseParty(" A B  <https://x.org/a> "), { name: "A B", url: "https://x.org/a" });
  assertEquals(namesOf({ name: "de Sade, Donatien" }), { given: "Donatien", family: "de Sade" });
  assertThrows(() => parseParty("<https://x.org>"), SyntaxError, "wanted a name");
  assertThrows(() => parseParty("A <javascript:x>"), SyntaxError, "begins with https://");
  assertThrows(() => parseAuthor("A <https://x.org>"), SyntaxError, "wanted an ORCID");
  assertThrows(() => parseAuthor("A <https://orcid.org/0000-0002-1825-0098>"), SyntaxError, "last digit");
  assertEquals(findLicence("apache-2.0").id, "Apache-2.0");
  assertThrows(() => findLicence("CC-BY-4"), RangeError, 'Did you mean "CC-BY-4.0"?');
});
