/**
 * A plugin's first files, made of the templates that the tests run: names and import paths are replaced, the rest stays.
 *
 * @module
 */

/** Kinds that there is a template of, with the room that each lives in. */
export const TEMPLATES = Object.freeze({
  head: "losses",
  backbone: "backbones",
  reader: "datasets",
  protocol: "evaluation",
});

/** A kind that there is a template of. */
export type TemplateKind = keyof typeof TEMPLATES;

/** A file and a test of a new plugin. */
export interface NewPlugin {
  /** Name of the value that the file exports, such as `myHead`. */
  readonly symbol: string;
  /** Name of the file without its ending, such as `my_head`. */
  readonly file: string;
  readonly source: string;
  readonly test: string;
}

/** How files of a plugin name what they import: as a contributor's in their room, or as a user's by the package. */
export type Place = "room" | "package";

/** Words that no value can be named by. */
const RESERVED =
  /^(?:break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|private|protected|public|return|static|super|switch|this|throw|true|try|typeof|var|void|while|with|yield|await|eval|arguments)$/;

/** A name as plugins have it, of any text: `MyHead` and `my_head` become `my-head`. */
export function pluginName(text: string): string {
  return text.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
}

/**
 * Makes the files.
 *
 * @param name Name of the plugin: lower-case words joined by hyphens, the first of which begins with a letter.
 * @param template Source and test of the template of its kind.
 * @throws {RangeError} if the name cannot be that of a value, or the template has that name for something else.
 */
export function makePlugin(
  kind: TemplateKind,
  name: string,
  template: { readonly source: string; readonly test: string },
  place: Place,
): NewPlugin {
  const symbol = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), file = name.replaceAll("-", "_");
  const old = `my${kind[0]!.toUpperCase()}${kind.slice(1)}`, words = new RegExp(`\\b${symbol}\\b`);
  if (RESERVED.test(symbol) || (symbol !== old && words.test(code(template.source) + code(template.test)))) {
    throw new RangeError(`Cannot name a ${kind} "${name}": "${symbol}" means something else there, add a word to it`);
  }
  const title = name.replaceAll("-", " ").replace(/^./, (letter) => letter.toUpperCase());
  const renamed = (text: string) =>
    text.replaceAll(old, symbol).replaceAll(`my-${kind}`, name).replaceAll(`My ${kind}`, title);
  const room = TEMPLATES[kind], at = (from: string) => `${from}/${file}.ts`;
  const { source, test } = template;
  return {
    symbol,
    file,
    source: place === "package" ? byPackage(renamed(source)) : renamed(source).replaceAll(`"../${room}/`, '"./'),
    test: place === "package"
      ? byPackage(renamed(test)).replace(`"./${kind}.ts"`, `"${at(".")}"`)
      : renamed(test).replaceAll('"../', '"../../').replace(`"./${kind}.ts"`, `"${at(`../../${room}`)}"`),
  };
}

/** The template without its comments and texts, whose words are no names. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"/g, "");
}

/** Imports each room of the package once, by its door, in place of files of ours. */
function byPackage(text: string): string {
  const names = new Map<string, string[]>();
  const rest = text.replace(
    /^import (type )?\{([^}]*)\} from "\.\.\/(\w+)\/\w+\.ts";\n/gm,
    (_, type: string | undefined, list: string, room: string) => {
      const own = list.split(",").map((part) => part.trim()).filter((part) => part !== "");
      names.set(room, [...names.get(room) ?? [], ...own.map((name) => `${type ?? ""}${name}`)]);
      return "";
    },
  );
  const lines = [...names].map(([room, list]) =>
    `import { ${list.join(", ")} } from "@marginlab/marginlab/${room}";\n`
  );
  return rest.replace(/^import /m, `${lines.join("")}import `);
}
