/**
 * The page of the live view. Its script fills it from the server's events; it holds nothing of the experiment but its name.
 *
 * @module
 */
import { escapeHtml } from "../html.ts";
import script from "./live.js" with { type: "text" };
import style from "./live.css" with { type: "text" };

/** A file that the server gives: its media type and its text. */
export interface LiveFile {
  readonly type: string;
  readonly text: string;
}

/** What the page may do: run its own script and style, and listen to its own server. */
export const POLICY: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The files of the page by their paths. */
export function liveFiles(experiment: string): Readonly<Record<string, LiveFile>> {
  return {
    "/": { type: "text/html; charset=utf-8", text: livePage(experiment) },
    "/live.js": { type: "text/javascript; charset=utf-8", text: script },
    "/live.css": { type: "text/css; charset=utf-8", text: style },
  };
}

function livePage(experiment: string): string {
  const name = escapeHtml(experiment);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${name} – marginlab</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/live.css">
<script src="/live.js" defer></script>
</head>
<body>
<header>
<h1>${name}</h1>
<p id="connection" role="status">Connecting…</p>
</header>
<noscript><p>This page is drawn by its script; without one, <code>deno task status</code> tells the same.</p></noscript>
<main>
<p id="counts"></p>
<progress id="all" max="1" value="0" aria-label="Steps done of all runs"></progress>
<ul id="problems"></ul>
<section aria-labelledby="runs-title">
<h2 id="runs-title">Runs</h2>
<ol id="runs"></ol>
</section>
<section aria-labelledby="table-title">
<h2 id="table-title">Table so far</h2>
<div id="table" tabindex="0" role="region" aria-labelledby="table-title"></div>
</section>
</main>
</body>
</html>
`;
}
