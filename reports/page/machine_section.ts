/**
 * What computed the runs: programs, machines, backends, and what had changed since the plan.
 *
 * @module
 */
import type { RecordedDrift, RunRecord } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";
import { type Inner, markup } from "./markup.ts";
import { count, digest, facts, folded, runLink } from "./parts.ts";

type Fact = readonly [term: string, of: (record: RunRecord) => string | null | undefined];

const FACTS: readonly Fact[] = [
  ["Program", ({ environment: { marginlab } }) => `marginlab ${marginlab}`],
  ["Commit", ({ environment: { git } }) => git && git.commit + dirtiness(git.dirty)],
  ["Sources, SHA-256", ({ environment: { code } }) => code],
  ["Backend", ({ backend }) => backend && backend.name + (backend.software ? ", in software" : "")],
  ["Adapter", ({ backend }) => backend?.adapter],
  ["Matrix products", ({ backend }) => backend && (backend.blas ?? "our kernels")],
  ["Why this backend", ({ backend }) => backend?.reason],
  ["Deno", ({ environment: { deno } }) => deno],
  ["V8", ({ environment: { v8 } }) => v8],
  ["TypeScript", ({ environment: { typescript } }) => typescript],
  ["tfjs", ({ environment: { tfjs } }) => tfjs],
  ["System", ({ environment: { os, arch } }) => `${os}, ${arch}`],
  ["Processor", ({ environment: { cpu } }) => cpu],
  ["Trained", ({ startedAt }) => startedAt.slice(0, 10)],
];

/** Facts of the machines, each with the runs that it holds for where these differ. */
export function machineSection({ records, plan }: Exhibit): Inner {
  if (records.length === 0) return markup`<p>No run has a record.</p>`;
  const told = FACTS.flatMap(([term, of]) => {
    const values = grouped(records, of);
    return values.length === 0 ? [] : [[term, ...values] as const];
  });
  const planned: readonly [string, Inner][] = plan
    ? [[
      "Planned with",
      markup`marginlab ${plan.code.marginlab}, sources ${digest(plan.code.sha256)}; plan ${digest(plan.digest)}`,
    ]]
    : [];
  const drifted = records.filter(({ drift }) => drift !== undefined);
  return markup`${facts([...told, ...planned])}
${kernels(records)}
${
    drifted.length > 0 && markup`<h3>Changed since the plan</h3>
<ul>${
      drifted.map(({ row, seed, id, drift }) =>
        markup`<li>${row}, seed ${seed} (${runLink(id)}): ${driftText(drift!)}</li>`
      )
    }</ul>`
  }`;
}

function dirtiness(dirty: boolean | null): string {
  return dirty === null ? "" : dirty ? ", with uncommitted changes" : ", clean";
}

/** The values of a fact, the most frequent first, with how many runs have each where there are several. */
function grouped(records: readonly RunRecord[], of: Fact[1]): string[] {
  const counts = new Map<string, number>();
  for (const record of records) {
    const value = of(record);
    if (value != null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const known = [...counts].sort(([, a], [, b]) => b - a);
  const whole = known.length === 1 && known[0]![1] === records.length;
  return known.map(([value, n]) => whole ? value : `${value} (${count(n, "run")})`);
}

function kernels(records: readonly RunRecord[]): Inner {
  const lists = new Set(records.flatMap(({ backend }) => {
    if (!backend || (backend.kernels.length === 0 && Object.keys(backend.flags).length === 0)) return [];
    return [[...backend.kernels, ...Object.entries(backend.flags).map(([key, value]) => `${key}=${value}`)].join(", ")];
  }));
  if (lists.size === 0) return null;
  return folded("Kernels and flags of the backends", [...lists].map((list) => markup`<p class="small">${list}</p>`));
}

function driftText({ code, data, plugins }: RecordedDrift): Inner {
  const change = (what: string, { planned, found }: { planned: string | null; found: string | null }) =>
    markup`<li>${what}: ${digest(planned)} was planned, ${digest(found)} was found</li>`;
  return markup`<ul>${code && change("sources", code)}${
    Object.entries(data ?? {}).map(([path, drift]) => change(path, drift))
  }${Object.entries(plugins ?? {}).map(([name, drift]) => change(name, drift))}</ul>`;
}
