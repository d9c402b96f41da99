/**
 * Colours, fonts and sizes of figures, said once.
 *
 * The seven colours of rows are those of M. Okabe and K. Ito ("Color Universal Design", 2008) that stand out from the
 * paper, lighter in the dark; dashes and symbols tell the same again in grey print.
 *
 * @module
 */

/** How a figure is coloured; `page` names CSS custom properties (`--fig-…`) instead of colours. */
export type Theme = "light" | "dark" | "page";

/** What a theme colours. */
export interface Palette {
  /** Behind the figure. */
  readonly background: string;
  /** Titles and values. */
  readonly text: string;
  /** Axes and labels. */
  readonly axis: string;
  /** Grid lines. */
  readonly grid: string;
  /** Rows that stay in the background. */
  readonly muted: string;
  /** Rows, in their order. */
  readonly rows: readonly string[];
}

/** How many rows a figure tells apart. */
export const NAMED_ROWS = 7;

/** Dashes of rows, in their order, in pixels. */
export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [12, 3], [4, 2, 1, 2], [1, 3]];

/** Symbols of rows, in their order. */
export const SHAPES: readonly string[] = [
  "circle",
  "square",
  "triangle-up",
  "diamond",
  "cross",
  "triangle-down",
  "triangle-right",
];

/** The colours of both schemes. */
export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    background: "#ffffff",
    text: "#1b1f24",
    axis: "#57606a",
    grid: "#e3e6ea",
    muted: "#b4bac2",
    rows: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b87f00", "#3a9bd9", "#000000"],
  },
  dark: {
    background: "#14171c",
    text: "#e8eaed",
    axis: "#a5adb8",
    grid: "#2b3038",
    muted: "#5b6470",
    rows: ["#5aa9e6", "#f08a4b", "#2fc7a0", "#e29ac4", "#f2b93b", "#a7d8f5", "#f5f5f5"],
  },
};

/** The custom properties of theme `page`, with the colours of a scheme, as CSS declarations. */
export function pageProperties(scheme: "light" | "dark"): string {
  return properties(PALETTES[scheme]).map(([name, colour]) => `${name}: ${colour};`).join(" ");
}

/** The palette of a theme. */
export function paletteOf(theme: Theme): Palette {
  if (theme !== "page") return PALETTES[theme];
  const named = properties(PALETTES.light).map(([name]) => `var(${name})`);
  const [, text, axis, grid, muted, ...rows] = named;
  return { background: "transparent", text: text!, axis: axis!, grid: grid!, muted: muted!, rows };
}

function properties({ rows, ...colours }: Palette): [name: string, colour: string][] {
  return [
    ...Object.entries(colours).map(([name, colour]): [string, string] => [`--fig-${name}`, colour]),
    ...rows.map((colour, i): [string, string] => [`--fig-row-${i + 1}`, colour]),
  ];
}

/** Vega-Lite's configuration of a theme. */
export function configOf(theme: Theme): Record<string, unknown> {
  const { background, text, axis, grid, muted, rows } = paletteOf(theme);
  const labels = {
    labelColor: axis,
    titleColor: text,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: "normal",
  };
  return {
    background,
    font: "Helvetica, Arial, 'DejaVu Sans', sans-serif",
    view: { stroke: null, continuousWidth: 420, continuousHeight: 260 },
    axis: { ...labels, domainColor: axis, tickColor: axis, gridColor: grid, titlePadding: 8 },
    legend: { ...labels, labelLimit: 260, symbolSize: 90, symbolStrokeWidth: 2 },
    header: { ...labels, labelFontSize: 12, labelColor: text, labelLimit: 240 },
    title: { color: text, fontSize: 13, fontWeight: 600, anchor: "start" },
    range: { category: rows },
    mark: { color: rows[0] },
    line: { strokeWidth: 1.8 },
    point: { filled: true, opacity: 1 },
    rule: { color: axis },
    text: { color: text, fontSize: 11 },
    style: {
      muted: { color: muted, strokeWidth: 1 },
      mutedLine: { color: muted },
      reference: { stroke: axis, color: axis, strokeDash: [3, 3] },
      band: { opacity: 0.15 },
    },
  };
}
