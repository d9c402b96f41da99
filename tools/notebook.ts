/**
 * Runs the notebook of the documentation as Deno's kernel does, without Jupyter, and keeps what it shows:
 *
 *     deno run -A tools/notebook.ts
 *
 * @module
 */

/** A cell, as nbformat 4.5 has it. */
export interface Cell {
  cell_type: "markdown" | "code";
  source: string[];
  outputs?: Output[];
  execution_count?: number | null;
  [other: string]: unknown;
}

/** What a cell shows, by media type. */
export interface Output {
  output_type: "display_data";
  data: Record<string, string[]>;
  metadata: Record<string, never>;
}

/** A notebook. */
export interface Notebook {
  cells: Cell[];
  [other: string]: unknown;
}

/** What stands before the cells: what the kernel has as `Deno.jupyter`, and a note of each thing that is shown. */
const KERNEL = `const shown: { cell: number; data: Record<string, string> }[] = [];
let cell = -1;
const text = (parts: TemplateStringsArray, values: unknown[]) => String.raw({ raw: parts }, ...values);
const made = (type: string) => (parts: TemplateStringsArray, ...values: unknown[]) => ({ [type]: text(parts, values) });
(Deno as unknown as Record<string, unknown>).jupyter = {
  md: made("text/markdown"),
  svg: made("image/svg+xml"),
  display: (data: Record<string, string>) => Promise.resolve(void shown.push({ cell, data })),
};
`;

/** The code cells as one module, which prints what they show as JSON. */
export function moduleOf({ cells }: Notebook): string {
  const code = cells.filter(({ cell_type }) => cell_type === "code").map(({ source }) => source.join(""));
  const imports = /^import [^;]*;\n/gm;
  return [
    ...code.flatMap((text) => text.match(imports) ?? []),
    KERNEL,
    ...code.map((text, i) => `cell = ${i};\n${text.replace(imports, "")}\n`),
    "console.log(JSON.stringify(shown));\n",
  ].join("\n");
}

/**
 * Runs the cells in their order in a process of their own, in a folder as the kernel does.
 *
 * @param folder That of the notebook.
 * @param flags Permissions.
 * @returns The notebook with what its cells show now.
 * @throws {Error} with what a cell says where it fails.
 */
export async function runNotebook(notebook: Notebook, folder: string, flags: readonly string[]): Promise<Notebook> {
  const scratch = await Deno.makeTempDir();
  try {
    const file = `${scratch}/notebook.ts`, config = new URL("../deno.json", import.meta.url).pathname;
    await Deno.writeTextFile(file, moduleOf(notebook));
    const args = ["run", "--quiet", "--no-prompt", `--config=${decodeURIComponent(config)}`, ...flags, file];
    const command = new Deno.Command("deno", { args, cwd: folder, env: { NO_COLOR: "1" }, stdin: "null" });
    const { success, stdout, stderr } = await command.output(), text = new TextDecoder();
    if (!success) throw new Error(`Cannot run the notebook: ${text.decode(stderr)}`);
    const shown = JSON.parse(text.decode(stdout)) as { cell: number; data: Record<string, string> }[];
    let count = 0;
    return {
      ...notebook,
      cells: notebook.cells.map((cell) => {
        if (cell.cell_type !== "code") return cell;
        const outputs = shown.filter((one) => one.cell === count).map(({ data }): Output => ({
          output_type: "display_data",
          data: Object.fromEntries(Object.entries(data).map(([type, value]) => [type, linesOf(value)])),
          metadata: {},
        }));
        return { ...cell, execution_count: ++count, outputs };
      }),
    };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** A text as nbformat stores it: each line with its break. */
function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** The notebook as it is stored. */
export function notebookText(notebook: Notebook): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

if (import.meta.main) {
  const file = new URL("../docs/notebook.ipynb", import.meta.url);
  const notebook = JSON.parse(await Deno.readTextFile(file)) as Notebook;
  const folder = decodeURIComponent(new URL("../docs", import.meta.url).pathname);
  await Deno.writeTextFile(file, notebookText(await runNotebook(notebook, folder, ["-A"])));
}
