/**
 * The pictures of the documentation, drawn from the committed records.
 *
 * @module
 */
import { openStore } from "../experiments/store.ts";
import { builtins } from "../registry/builtins.ts";
import { renderSvg } from "../reports/figures/render.ts";
import { drawFigures, loadExhibit } from "../reports/mod.ts";

/** Each picture: its file, the experiment, the figure's kind, and which of its figures. */
const PICTURES = [
  { file: "orl-faces-margin", experiment: "orl-faces", kind: "margin", figure: "margin-head.m" },
  { file: "omniglot-table2", experiment: "omniglot-table2", kind: "intervals", figure: "intervals-unseen.accuracy" },
  { file: "toy-2d", experiment: "toy-2d", kind: "embedding", figure: "embedding" },
] as const;

/** The pictures by path below the repository, each for light and dark pages. */
export async function pictures(root: string): Promise<Record<string, string>> {
  const store = openStore(`${root}/results`), files: Record<string, string> = {};
  for (const { file, experiment, kind, figure } of PICTURES) {
    const exhibit = await loadExhibit(store, experiment, { registries: builtins() });
    const drawn = (await drawFigures({ exhibit }, [kind])).figures.find(({ name }) => name === figure);
    if (!drawn) throw new Error(`Cannot draw ${figure} of ${experiment}: its records do not give it`);
    files[`docs/pictures/${file}.svg`] = await renderSvg(drawn, "light");
    files[`docs/pictures/${file}-dark.svg`] = await renderSvg(drawn, "dark");
  }
  return files;
}
