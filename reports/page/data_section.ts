/**
 * What data the runs read: by which reader, with which digest, under which licence.
 *
 * @module
 */
import type { RecordedData } from "../../experiments/record.ts";
import type { Exhibit } from "../exhibit.ts";
import { type Inner, markup } from "./markup.ts";
import { cited, count, digest, folded, plainTable } from "./parts.ts";

/** Every data set that a run opened, once, and the files that were passed over. */
export function dataSection({ records }: Exhibit): Inner {
  const sets = new Map<string, { readonly data: RecordedData; runs: number }>();
  for (const data of records.flatMap(({ data }) => data)) {
    const key = JSON.stringify([data.role, data.reader, data.digest, data.decoder]), known = sets.get(key);
    if (known) known.runs++;
    else sets.set(key, { data, runs: 1 });
  }
  if (sets.size === 0) return markup`<p>No run opened any data.</p>`;
  const rows = [...sets.values()];
  const skipped = rows.flatMap(({ data }) => data.skipped.map((one) => ({ ...one, role: data.role })));
  return markup`${
    plainTable(
      "Data",
      [
        "used for",
        "reader",
        { number: "classes" },
        { number: "images" },
        { number: "pairs" },
        "digest",
        "licence",
        "cite",
        "decoder",
        { number: "runs" },
      ],
      rows.map(({ data, runs }) => ({
        cells: [
          data.role,
          data.reader,
          data.classes,
          data.images,
          data.pairs ?? data.templates ?? "—",
          digest(data.digest),
          data.license ?? "not stated",
          data.citation === null ? "not stated" : cited(data.citation),
          data.decoder,
          runs,
        ],
      })),
    )
  }
${
    skipped.length > 0 &&
    folded(
      `${count(skipped.length, "file was", "files were")} passed over`,
      markup`<ul>${skipped.map(({ role, path, reason }) => markup`<li>${role}: ${path}: ${reason}</li>`)}</ul>`,
    )
  }`;
}
