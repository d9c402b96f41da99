/**
 * The figures of a report: a drawing, a caption, the same in words, and the data.
 *
 * @module
 */
import { gzipSync, strToU8 } from "fflate";
import { type Inner, Markup, markup } from "./markup.ts";
import { folded, scrolled } from "./parts.ts";
import type { ReportFigure, ReportSource } from "./source.ts";
import { prepareSvg } from "./svg.ts";

/** Every figure, then the ones that cannot be drawn with what they lack. */
export function figuresSection({ figures = [], absent = [], exhibit }: ReportSource): Inner {
  return markup`${figures.map((figure) => figureOf(figure, exhibit.rows))}
${
    absent.length > 0 && folded(
      "Figures that cannot be drawn from these records",
      markup`<dl>${absent.map(({ name, reason }) => markup`<div><dt>${name}</dt><dd>${reason}</dd></div>`)}</dl>`,
    )
  }`;
}

function figureOf({ figure, svg }: ReportFigure, rows: readonly string[]): Markup {
  return markup`<figure id="figure-${figure.name}">
<h3>${figure.title}</h3>
${scrolled(figure.title, markup`<div class="drawing">${new Markup(prepareSvg(svg, { alt: figure.alt, rows }))}</div>`)}
<figcaption>${figure.caption}
${
    folded(
      "In words, and the data",
      markup`<p>${figure.alt}</p>
<p><a href="${
        packed(figure.spec)
      }" download="${figure.name}.vl.json.gz">Vega-Lite specification with its data</a> (gzip)</p>`,
    )
  }</figcaption>
</figure>`;
}

/** A specification as an address that is the file itself: gzip, since its data are many lines of the same form. */
function packed(spec: unknown): string {
  return `data:application/gzip;base64,${gzipSync(strToU8(JSON.stringify(spec)), { level: 9, mtime: 0 }).toBase64()}`;
}
