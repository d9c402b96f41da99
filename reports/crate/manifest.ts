/**
 * A plan as a manifest that plans the same runs.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { stringify } from "yaml";
import type { FrozenPlan } from "../../experiments/store.ts";
import type { CratePlugin } from "./contents.ts";
import { publishedOfPlan } from "./published.ts";

const HEADER = `# Made from plan.json by marginlab's publish: every default is filled in.
# Paths of data are relative to the folder that --data names.
`;

/** Sections whose values are the plugin's section, with every other value as the manifest wants it. */
const SECTIONS = [
  ...["data", "backbone", "weights", "head", "auxiliary", "optimizer", "schedule", "train", "evaluate"],
] as const;

/**
 * Writes the manifest of a plan. What all rows share stands once; what they differ in stands whole in each, since a row
 * that names no other plugin would keep the keys of the one beneath.
 *
 * @param plugins Where users' modules are in the package; others keep the names that they have in the plan.
 */
export function manifestOfPlan(plan: FrozenPlan, plugins: readonly CratePlugin[]): string {
  const rows = plan.rows.map(({ label, run }) => ({ label, sections: sectionsOf(run) }));
  const shared = SECTIONS.filter((name) =>
    new Set(rows.map(({ sections }) => canonicalize(sections[name] ?? null))).size === 1
  );
  const pick = (sections: Sections, want: (name: string) => boolean) =>
    Object.fromEntries(SECTIONS.filter((name) => want(name) && sections[name] !== null).map((n) => [n, sections[n]]));
  const isShared = (name: string) => (shared as readonly string[]).includes(name);
  const [first] = rows, { columns, baseline, tolerance } = plan.table, published = publishedOfPlan(plan)?.reference;
  const { logEvery, checkpointEvery, weights, receipt } = plan.output;
  const modules = plan.plugins.map(({ module }) => {
    const found = plugins.find((one) => one.module === module);
    return found ? `./${found.path}` : module;
  });
  const alone = rows.length === 1 && first!.label === plan.experiment;
  const manifest = {
    name: plan.experiment,
    description: plan.description,
    cite: plan.cite,
    ...modules.length > 0 ? { plugins: [...new Set(modules)] } : {},
    backend: plan.rows[0]!.run.backend,
    seeds: plan.seeds,
    ...pick(first!.sections, isShared),
    ...alone ? {} : {
      ablation: {
        rows: rows.map(({ label, sections }) => ({ label, ...pick(sections, (name) => !isShared(name)) })),
      },
    },
    table: {
      columns,
      ...baseline === null ? {} : { baseline },
      ...published === undefined ? {} : { published },
      ...tolerance ? { tolerance } : {},
    },
    ...plan.stopping ? { stopping: plan.stopping } : {},
    output: { logEvery, checkpointEvery, weights, ...receipt === undefined ? {} : { receipt } },
  };
  return HEADER + stringify(manifest, { lineWidth: 120, aliasDuplicateObjects: false });
}

type Sections = Readonly<Record<string, unknown>>;

/** A resolved run as a manifest writes it: the protocol's parameters stand beside an evaluation's name. */
function sectionsOf(run: FrozenPlan["rows"][number]["run"]): Sections {
  return { ...run, evaluate: run.evaluate.map(({ name, protocol, data }) => ({ name, ...protocol, data })) };
}
