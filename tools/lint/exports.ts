/**
 * Lint rules on what a file exports.
 *
 * @module
 */

/** An exported function is a `function`: hoisted, named in stack traces, with its documentation above it. */
export const noExportedArrow: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    return {
      ExportNamedDeclaration({ declaration }): void {
        if (declaration?.type !== "VariableDeclaration") return;
        for (const node of declaration.declarations) {
          if (!/^(ArrowFunction|Function)Expression$/.test(node.init?.type ?? "")) continue;
          const name = node.id.type === "Identifier" ? node.id.name : "it";
          context.report({ node, message: `Export \`function ${name}\`; arrows are for closures` });
        }
      },
    };
  },
};

/** An export has a name, the same wherever it is imported. */
export const noDefaultExport: Deno.lint.Rule = {
  create(context): Deno.lint.LintVisitor {
    return {
      ExportDefaultDeclaration(node): void {
        context.report({ node, message: "A default export has no name of its own; export it by name" });
      },
    };
  },
};
