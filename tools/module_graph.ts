/**
 * The imports of a source tree, as Deno itself parses and resolves them.
 *
 * @module
 */

/** One import of one file. */
export interface Import {
  /** The importing file, relative to the root. */
  readonly from: string;
  /** Line of the import, from 1. */
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The imported file relative to the root, or `undefined` for a package or what is outside. */
  readonly to: string | undefined;
  /** Whether it is gone after compilation. */
  readonly typeOnly: boolean;
  /** Why it does not resolve, or `undefined`. */
  readonly error: string | undefined;
}

interface Side {
  readonly specifier?: string;
  readonly error?: string;
  readonly span: { readonly start: { readonly line: number } };
}

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly { readonly specifier: string; readonly code?: Side; readonly type?: Side }[];
  }[];
}

const SKIPPED = new Set(["node_modules", "results", "coverage", "data", "fixtures"]);
const FILES_A_CALL = 200;

/** Paths of the TypeScript files below a folder, relative to it and sorted; hidden folders and data are left out. */
export async function sourceFiles(root: string, folder = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
    if (name.startsWith(".") || SKIPPED.has(name)) continue;
    if (isDirectory) files.push(...await sourceFiles(root, `${folder}${name}/`));
    else if (name.endsWith(".ts")) files.push(`${folder}${name}`);
  }
  return files.sort();
}

/**
 * Every import of every TypeScript file below a folder.
 *
 * @param root Absolute path of a folder that holds a `deno.json`.
 * @throws {SyntaxError} if a file cannot be parsed.
 */
export async function readImports(root: string): Promise<Import[]> {
  const files = await sourceFiles(root);
  const imports = new Map<string, Import[]>();
  for (let at = 0; at < files.length; at += FILES_A_CALL) {
    for (const module of (await info(root, files.slice(at, at + FILES_A_CALL))).modules) {
      const from = relative(root, module.specifier);
      if (from === undefined || !from.endsWith(".ts")) continue;
      if (module.error && !module.error.startsWith("Module not found")) {
        throw new SyntaxError(`Cannot read the imports of ${from}: ${module.error}`);
      }
      imports.set(from, importsOf(root, from, module.dependencies ?? []));
    }
  }
  return [...imports].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, list]) => list);
}

function importsOf(root: string, from: string, dependencies: NonNullable<Info["modules"][0]["dependencies"]>) {
  return dependencies.flatMap(({ specifier, code, type }): Import[] => {
    const side = code ?? type;
    if (!side) return [];
    const to = side.specifier === undefined ? undefined : relative(root, side.specifier);
    return [{ from, line: side.span.start.line + 1, specifier, to, typeOnly: !code, error: side.error }];
  });
}

async function info(root: string, files: readonly string[]): Promise<Info> {
  // One entry that imports them all, so that the graph is read in one go.
  const entry = files.map((file) => `import ${JSON.stringify(`file://${encodeURI(`${root}/${file}`)}`)};`).join("");
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["info", "--json", "--no-lock", `data:application/typescript,${encodeURIComponent(entry)}`],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot read the module graph of ${root}: ${text.decode(stderr).trim()}`);
  return JSON.parse(text.decode(stdout));
}

function relative(root: string, specifier: string): string | undefined {
  const base = `file://${encodeURI(root)}/`;
  return specifier.startsWith(base) ? decodeURI(specifier.slice(base.length)) : undefined;
}
