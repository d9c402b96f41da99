import { assert, assertEquals } from "@std/assert";
import { moduleOf, type Notebook, notebookText, runNotebook } from "../../tools/notebook.ts";

const FOLDER = decodeURIComponent(new URL("../../docs", import.meta.url).pathname);
const stored = await Deno.readTextFile(`${FOLDER}/notebook.ipynb`), notebook = JSON.parse(stored) as Notebook;

Deno.test("the notebook's cells run in their order and show what is stored, to the byte", async () => {
  const flags = ["--allow-read", "--allow-write", "--allow-sys=hostname,cpus,osRelease", "--ignore-env"];
  const now = await runNotebook(notebook, FOLDER, flags);
  for (const [i, cell] of notebook.cells.entries()) {
    assertEquals(now.cells[i]!.outputs, cell.outputs, `cell ${i}: run "deno run -A tools/notebook.ts"`);
  }
  assertEquals(notebookText(now), stored);
});

Deno.test("the notebook is one of Deno's kernel in nbformat 4.5: cells have ids, no output is an error, it names no folder", () => {
  assertEquals([notebook["nbformat"], notebook["nbformat_minor"]], [4, 5]);
  const { kernelspec } = notebook["metadata"] as { kernelspec: { name: string; language: string } };
  assertEquals([kernelspec.name, kernelspec.language], ["deno", "typescript"]);
  const ids = notebook.cells.map((cell) => cell["id"] as string);
  assertEquals(new Set(ids).size, ids.length);
  for (const id of ids) assert(/^[a-zA-Z0-9-_]{1,64}$/.test(id), id);
  const types = notebook.cells.flatMap(({ outputs = [] }) => outputs.map(({ output_type }) => output_type));
  assert(types.length >= 5 && types.every((type) => type === "display_data"));
  assert(!/\/(?:tmp|home|root|work|Users)\//.test(stored));
});

Deno.test("moduleOf() lifts imports and keeps what follows them", () => {
  const code = (text: string) => ({ cell_type: "code" as const, source: text.split(/(?<=\n)/) });
  const text = moduleOf({ cells: [code('import {\n  a,\n} from "x";\nconst b = a;\n'), code("b;")] });
  assert(text.startsWith('import {\n  a,\n} from "x";\n'));
  assertEquals(text.match(/import \{/g)!.length, 1);
  assert(text.includes("cell = 0;\nconst b = a;\n") && text.includes("cell = 1;\nb;"));
});
