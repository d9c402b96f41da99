/**
 * Lint rules that keep randomness, the clock, synchronous reads, the platform and printing where they belong.
 *
 * @module
 */
import { CORE, FREE } from "../rooms.ts";
import { isIn } from "./place.ts";

const EDGE = ["experiments", "cli", ...FREE];

/** A rule that reports members such as `Math.random`, written `Object.property`; `*` is any object or property. */
function bannedMembers(members: readonly string[], allowed: readonly string[], message: string): Deno.lint.Rule {
  return {
    create(context): Deno.lint.LintVisitor {
      if (isIn(context.filename, allowed)) return {};
      return {
        MemberExpression(node): void {
          const object = node.object.type === "Identifier" ? node.object.name : "";
          const property = propertyName(node);
          const found = members.some((member) => {
            const [left, right] = member.split(".");
            return (left === "*" || left === object) && (right === "*" || right === property);
          });
          if (found) context.report({ node, message: message.replace("%", context.sourceCode.getText(node)) });
        },
      };
    },
  };
}

function propertyName({ property }: Deno.lint.MemberExpression): string | undefined {
  if (property.type === "Identifier") return property.name;
  return property.type === "Literal" ? String(property.value) : undefined;
}

/** No `Math.random`, anywhere. */
export const noMathRandom: Deno.lint.Rule = bannedMembers(
  ["Math.random"],
  [],
  "% cannot be repeated; draw from a named stream of tensor/random.ts",
);

/** No synchronous read of a tensor outside tests and benches. */
export const noSyncRead: Deno.lint.Rule = bannedMembers(
  ["*.dataSync", "*.arraySync", "*.bytesSync"],
  ["tests", "bench"],
  "% blocks until the device is done and fails on WebGPU; await .data() or .array()",
);

/** No `console` outside the command line, tools, benches and oracle scripts. */
export const noConsole: Deno.lint.Rule = bannedMembers(
  ["console.*"],
  ["cli", "tools", "bench", "tests/oracle/", "tests/torture/"],
  "% prints from within; give the value back, or yield an event that cli.ts prints",
);

/** No clock outside the edge. */
export const noClock: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    if (isIn(context.filename, EDGE)) return {};
    const report = (node: Deno.lint.Node) =>
      context.report({
        node,
        message: `${context.sourceCode.getText(node)} reads the clock; take the time as an argument from experiments/`,
      });
    return {
      MemberExpression(node): void {
        const text = context.sourceCode.getText(node);
        if (/^(globalThis\.)?(Date\.now|performance\.(now|timeOrigin|mark)|Temporal\.Now)$/.test(text)) report(node);
      },
      NewExpression(node): void {
        if (isDate(node.callee) && node.arguments.length === 0) report(node);
      },
      CallExpression(node): void {
        if (isDate(node.callee)) report(node);
      },
    };
  },
};

function isDate(node: Deno.lint.Node): boolean {
  return node.type === "Identifier" && node.name === "Date";
}

/** No `Deno` and no `node:` module in the core, which runs in browsers too. */
export const noPlatform: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    if (!isIn(context.filename, CORE)) return {};
    const message = "The core runs in browsers too; hand this in as an argument from experiments/ or cli.ts";
    const checkSource = (source: Deno.lint.Node | null) => {
      if (source?.type !== "Literal" || !String(source.value).startsWith("node:")) return;
      context.report({ node: source, message });
    };
    return {
      Identifier(node): void {
        if (node.name === "Deno") context.report({ node, message });
      },
      ImportDeclaration: (node): void => checkSource(node.source),
      ExportNamedDeclaration: (node): void => checkSource(node.source),
      ExportAllDeclaration: (node): void => checkSource(node.source),
      ImportExpression: (node): void => checkSource(node.source),
    };
  },
};
