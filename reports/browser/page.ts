/**
 * The page on which a reader trains a published run again. Its program lies beside it; nothing else is loaded but data.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type Inner, Markup, markup } from "../page/markup.ts";
import { plainTable } from "../page/parts.ts";
import base from "../page/styles/base.css" with { type: "text" };
import content from "../page/styles/content.css" with { type: "text" };
import { formatBytes, formatDuration } from "../quantities.ts";
import { VERDICT_TEXT } from "../verify/report.ts";
import type { Cell, Cells } from "./cells.ts";
import script from "./script.js" with { type: "text" };
import styles from "./page.css" with { type: "text" };

/** What the page's script is given in the page. */
export interface PageData {
  /** What is trained, and against what it is held. */
  readonly cells: Cells;
  /** Address of the program, relative to the page, with its SHA-256 in base64. */
  readonly program: { readonly file: string; readonly sha256: string };
  /** Names of verdicts for people. */
  readonly words: Readonly<Record<string, string>>;
}

/** Name of the page, beside the program and the folder `data`. */
export const PAGE_FILE = "index.html";

/** Name of the program. */
export const PROGRAM_FILE = "program.js";

/** The page as HTML. `program` is the text of the program, whose digest the page is bound to. */
export function renderReproducePage(cells: Cells, program: string): string {
  const digest = base64(sha256(utf8ToBytes(program)));
  const data: PageData = { cells, program: { file: PROGRAM_FILE, sha256: digest }, words: VERDICT_TEXT };
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(digest)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${cells.experiment}: train a run again</title>
<style>
${new Markup(base + content + styles)}</style>
</head>
<body>
<header>
<h1>Train a run of ${cells.experiment} again, here</h1>
<p class="lead">This page trains a published run in your browser, from its manifest, and holds its figures to the published ones, as <code>deno task verify</code> does.</p>
<p>The program lies beside this page; nothing is sent anywhere, and nothing is kept when you leave.</p>
<noscript><p class="bad">Training needs JavaScript. Without it, use <code>deno task verify</code>.</p></noscript>
<p id="served" class="bad" hidden>Browsers do not let a page from a disk read the files beside it, and runs on files need them. Serve this folder, as with <code>deno run -NR jsr:@std/http/file-server</code> or <code>python3 -m http.server</code>, and open it from there.</p>
</header>
<main id="main">
<section aria-labelledby="runs-title">
<h2 id="runs-title">Runs</h2>
<fieldset>
<legend>What computes</legend>
<label><input type="radio" name="backend" value="webgpu" checked> WebGPU, the graphics processor: <span id="adapter">looking for it</span></label>
<label><input type="radio" name="backend" value="wasm"> WebAssembly, one processor core: where the published run was made on it without a library, the bits are the same</label>
</fieldset>
${plainTable("Published runs", COLUMNS, cells.runs.map(runRow))}
${dataNotes(cells)}
</section>
<section id="live" aria-labelledby="live-title" hidden>
<h2 id="live-title">Training</h2>
<p id="status" role="status"></p>
<p id="progress" class="small"></p>
<p><progress id="bar" aria-label="Steps done"></progress> <button type="button" id="cancel" hidden>Stop</button></p>
<figure>
<svg viewBox="0 0 600 232" role="img" aria-label="Loss over steps: the published run and the one that is trained here">
<path class="axis" d="M48 12V202H588"/>
<text id="most" class="end" x="42" y="16"></text><text id="least" class="end" x="42" y="204"></text>
<text x="48" y="220">0</text><text id="steps" class="end" x="588" y="220"></text><text class="mid" x="318" y="220">step</text>
<polyline id="published" points=""/><polyline id="here" points=""/>
</svg>
<figcaption>Loss: <span class="key published">published, dashed</span>, <span class="key here">here</span></figcaption>
</figure>
<div id="verdict"></div>
</section>
</main>
<script type="application/json" id="data">${new Markup(json(data))}</script>
<script type="module">${new Markup(script)}</script>
</body>
</html>
`.text;
}

const COLUMNS = [
  "row",
  { number: "seed" },
  "again",
  "figure",
  { number: "published" },
  "made on",
  { number: "time then" },
  "run",
];

function runRow({ record, unable }: Cell, index: number) {
  const { row, seed, id, metrics: [first], backend, cost } = record;
  return {
    id: `run-${index}`,
    cells: [
      row,
      seed,
      unable === null
        ? markup`<button type="button" data-run="${index}" aria-label="Train ${row}, seed ${seed}" hidden>Train</button>`
        : markup`<span class="small">${unable}</span>`,
      first ? `${first.evaluation}.${first.name}` : "—",
      first?.value == null ? "—" : String(Number(first.value.toPrecision(4))),
      backend ? backend.blas ?? backend.adapter ?? backend.name : "—",
      cost ? formatDuration(cost.seconds) : "—",
      markup`<code>${id}</code>`,
    ] as Inner[],
  };
}

/** Whose data lies beside the page, under which licence. */
function dataNotes({ runs, data }: Cells): Inner {
  if (data.length === 0) return null;
  const bytes = data.reduce((sum, { size }) => sum + size, 0);
  const sets = runs.flatMap(({ record, unable }) => unable === null ? record.data : [])
    .flatMap(({ license, citation }) =>
      license === null ? [] : [`${license}${citation === null ? "" : `; ${citation}`}`]
    );
  return markup`<p class="small">The data beside this page takes ${formatBytes(bytes)}. Its licence: ${
    [...new Set(sets)].join(" · ")
  }</p>`;
}

/** What the page may do: run its script and its program, which may compile WebAssembly, and fetch what lies beside it. */
function policy(program: string): string {
  const own = base64(sha256(utf8ToBytes(script)));
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    // A page from a disk cannot hold its program to a digest.
    `script-src 'sha256-${own}' 'sha256-${program}' file: 'wasm-unsafe-eval'`,
    "worker-src blob:",
    "connect-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** JSON that cannot end the element it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll(
    "\u2029",
    "\\u2029",
  );
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
