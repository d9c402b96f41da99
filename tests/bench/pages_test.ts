import { assertEquals } from "@std/assert";
import { PAGES, withBenchTables } from "../../bench/render.ts";

const folder = new URL("../../bench/", import.meta.url);

for (const page of PAGES) {
  Deno.test(`the tables of bench/${page} are those of the committed reports`, async () => {
    const text = await Deno.readTextFile(new URL(page, folder));
    assertEquals(text, await withBenchTables(text, new URL("baseline/", folder)), "deno run -A bench/render.ts");
  });
}
