import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RunRecord } from "../../../experiments/record.ts";
import { builtins } from "../../../registry/mod.ts";
import { citations, escapeBibtex, renderBibtex, renderCsl, unknownWork } from "../../../reports/mod.ts";
import { sampleRecord } from "../../experiments/sample_record.ts";

/** Citations of records under a plan that cites `cite`. */
function of(records: readonly RunRecord[], cite: readonly string[] = []) {
  return citations({ plan: { cite } as never, records }, builtins());
}

Deno.test("citations() are what the runs used and the manifest cites, each once, with what for", () => {
  const record = sampleRecord(), { entries, notes } = of([record, { ...record, seed: 1 }], ["arXiv:1703.07737"]);
  const uses = Object.fromEntries(entries.map(({ key, uses }) => [key, uses.join(", ")]));
  assertEquals(uses["hermans2017defense"], "the manifest");
  assertEquals(uses["smilkov2019tensorflow"], "program");
  assert(uses["deng2019arcface"]?.includes(`head ${record.manifest.head["name"]}`), JSON.stringify(uses));
  assertEquals(uses["wang2018cosface"], undefined);
  assertEquals(notes, []);
  assertEquals(entries.map(({ key }) => key), entries.map(({ key }) => key).sort());
});

Deno.test("citations() of a failed run are those of what it was to use", () => {
  const record = sampleRecord(), failed = { ...record, status: "failed" as const, error: "no", data: [], metrics: [] };
  const head = { ...failed, manifest: { ...record.manifest, head: { name: "cosface" } } };
  assert(of([head]).entries.some(({ key }) => key === "wang2018cosface"));
});

Deno.test("citations() name what they do not know: a reference, and a plugin of the user's own", () => {
  const record = sampleRecord();
  const own = { ...record, manifest: { ...record.manifest, head: { name: "my-head" } } };
  const { entries, notes } = of([own], ["arXiv:2401.00001", "A. Nobody, thesis, 2020"]);
  assertEquals(notes.length, 3, notes.join("\n"));
  assert(notes.some((note) => note.startsWith("head my-head is no plugin of this program")));
  const text = renderBibtex({ entries, notes });
  assert(text.includes("@misc{arxiv,\n  title = {{arXiv:2401.00001}},\n  eprint = {2401.00001},"), text);
  assert(text.includes("@misc{nobody,\n  title = {A. Nobody, thesis, 2020},\n}"), text);
});

Deno.test("citations() that would share a key get letters", () => {
  assertEquals(
    of([], ["https://example.org/b", "https://example.org/a"]).entries.map(({ key, work }) => `${key} ${work.title}`)
      .filter((text) => text.startsWith("https")),
    ["httpsa https://example.org/a", "httpsb https://example.org/b"],
  );
});

/** The fields of BibTeX entries, by its own rule: braces count, escaped or not. */
function readEntries(text: string): Record<string, string>[] {
  const entries: Record<string, string>[] = [];
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at)) {
    const fields: Record<string, string> = {};
    const start = text.indexOf("{", at);
    const end = close(text, start), body = text.slice(start + 1, end);
    for (let i = body.indexOf(","); i < body.length; i++) {
      const [whole, name] = /^\s*([a-z]+) = \{/.exec(body.slice(i)) ?? [];
      if (!whole) continue;
      const open = i + whole.length - 1, stop = close(body, open);
      fields[name!] = body.slice(open + 1, stop);
      i = stop;
    }
    entries.push(fields);
    at = end;
  }
  return entries;
}

function close(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}" && --depth === 0) return i;
  }
  throw new SyntaxError(`found no end of ${text.slice(open, open + 40)}`);
}

Deno.test("renderBibtex() keeps any text within its field, and CSL-JSON gives it back", () => {
  const parts = fc.oneof(
    fc.constantFrom(...'{}\\"%@,#&$_~^ \n', "@misc{x,", "},", "é", "中", "\\input{x}", "https://", "\u0301"),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  const hostile = fc.array(parts, { maxLength: 10 }).map((list) => list.join(""));
  fc.assert(
    fc.property(hostile, hostile, (text, use) => {
      for (const reference of [text, `https://example.org/${text}`, `doi:10.1234/${text}`]) {
        const citation = { key: "key", work: unknownWork(reference), uses: [use] };
        const all = { entries: [citation, { ...citation, key: "other" }], notes: [] };
        const read = readEntries(renderBibtex(all));
        assertEquals(read.length, 2);
        for (const fields of read) {
          assert(Object.keys(fields).every((name) => ["title", "doi", "url"].includes(name)), JSON.stringify(fields));
        }
        assertEquals(JSON.parse(renderCsl(all))[1].title, citation.work.title);
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});

Deno.test("escapeBibtex() writes accents as commands, and leaves letters without one", () => {
  assertEquals(escapeBibtex("Viégas, Müller & Çelik, 中 ø"), `Vi{\\'e}gas, M{\\"u}ller \\& {\\c C}elik, 中 ø`);
});
