/**
 * Lint rule on the form of error messages: "Cannot <action>: <what was found>, <what is wanted>".
 *
 * @module
 */
import { isIn } from "./place.ts";

const CONTRACTION =
  /\b\w+n['’]t\b|\b(?:it|that|there|what|let|here)['’]s\b|\b(?:I|you|we|they|it)['’](?:re|ve|ll|d|m)\b/i;

/** Errors of `commander`, which puts the message after a sentence of its own. */
const FOREIGN = ["InvalidArgumentError"];

/** An error message starts with a capital letter, has no final period and no contraction. */
export const errorMessage: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    if (isIn(context.filename, ["tests"])) return {};
    return {
      NewExpression({ callee, arguments: [first] }): void {
        if (callee.type !== "Identifier" || !/Error$/.test(callee.name) || FOREIGN.includes(callee.name)) return;
        const parts = first && textOf(first);
        if (!parts) return;
        for (const message of problemsOf(parts)) context.report({ node: first, message });
      },
    };
  },
};

/** The literal parts of a message in order, empty where a value begins or ends it; `undefined` if it has none. */
function textOf(node: Deno.lint.Node): string[] | undefined {
  if (node.type === "Literal") return typeof node.value === "string" ? [node.value] : undefined;
  if (node.type === "TemplateLiteral") {
    return node.quasis.map(({ cooked }) => cooked);
  }
  if (node.type !== "BinaryExpression" || node.operator !== "+") return undefined;
  const left = textOf(node.left), right = textOf(node.right);
  return left || right ? [...left ?? [""], ...right ?? [""]] : undefined;
}

function problemsOf(parts: readonly string[]): string[] {
  const problems: string[] = [];
  const first = parts[0] ?? "", last = parts.at(-1) ?? "";
  if (/^[^A-Z]/.test(first)) {
    problems.push('An error message starts with a capital letter; say the action, as in "Cannot read x: …"');
  }
  if (/(?<!\.)\.$/.test(last)) problems.push("An error message has no final period; take it off");
  const contraction = parts.map((part) => CONTRACTION.exec(part)?.[0]).find((found) => found !== undefined);
  if (contraction !== undefined) {
    problems.push(`An error message has no contraction; write "${contraction}" in full`);
  }
  return problems;
}
