/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the report's page does with a script; without it everything is read all the same.
 *
 * @module
 */

/**
 * Filters and sorts rows, links them with their lines in the figures, tells values under the pointer, and opens the cell
 * that the address names. Its own text is the page's script: it uses nothing outside of itself.
 */
export function enliven(): void {
  const all = [...document.querySelectorAll<HTMLElement | SVGElement>("[data-row]")];
  const rowsOf = (at: string) => all.filter((element) => element.dataset["row"] === at);
  const results = document.querySelector<HTMLTableElement>("table.results");

  function element<K extends keyof HTMLElementTagNameMap>(name: K, text = "", kind = ""): HTMLElementTagNameMap[K] {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  /** Opens the popover that the address names, such as `#cell-3-0`. */
  function openNamed(): void {
    const named = document.getElementById(location.hash.slice(1));
    if (named?.matches("[popover]:not(:popover-open)")) named.showPopover();
  }

  /** Shows rows by their text and by their boxes, in tables and figures together. */
  function addFilter(table: HTMLTableElement): void {
    const tools = element("div", "", "tools"), search = element("input"), told = element("output");
    const label = element("label", "Filter rows "), boxes = element("details"), list = element("div", "", "boxes");
    search.type = "search";
    label.append(search);
    const choices = [...table.querySelectorAll<HTMLElement>("tbody tr")].map((row) => {
      const box = element("input"), name = row.querySelector("th")!.firstChild!.textContent!, line = element("label");
      box.type = "checkbox";
      box.checked = true;
      line.append(box, ` ${name}`);
      list.append(line);
      return { at: row.dataset["row"]!, name: name.toLowerCase(), box };
    });
    const reset = element("button", "All"), none = element("button", "None");
    const set = (checked: boolean) => () => {
      for (const { box } of choices) box.checked = checked;
      apply();
    };
    reset.addEventListener("click", set(true));
    none.addEventListener("click", set(false));
    list.prepend(reset, none);
    boxes.append(element("summary", "Choose rows"), list);
    tools.append(label, boxes, told);
    function apply(): void {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const shown = new Set(
        choices.filter(({ name, box }) => box.checked && words.every((word) => name.includes(word))).map(({ at }) =>
          at
        ),
      );
      for (const element of all) {
        const isShown = shown.has(element.dataset["row"]!);
        if (element instanceof HTMLElement) element.hidden = !isShown;
        else element.classList.toggle("off", !isShown);
      }
      told.textContent = shown.size === choices.length ? "" : `${shown.size} of ${choices.length} rows`;
    }
    tools.addEventListener("input", apply);
    table.closest(".scroll")!.before(tools);
  }

  /** Makes the headings of a table buttons: once downwards, once upwards, then as it was. */
  function addSorting(table: HTMLTableElement): void {
    const body = table.tBodies[0]!, original = [...body.rows], heads = table.tHead!.rows;
    const cells = [...heads[heads.length - 1]!.cells], shift = heads.length - 1;
    const keyOf = (row: HTMLTableRowElement, at: number): number | string => {
      const cell = row.cells[at]!, number = Number.parseFloat(cell.dataset["value"] ?? cell.textContent!);
      return cells[at - shift]!.classList.contains("n") ? number : cell.textContent!;
    };
    for (const [i, head] of cells.entries()) {
      const button = element("button", "", "sort");
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const before = head.ariaSort;
        for (const other of cells) other.ariaSort = null;
        const way = before === "descending" ? 1 : before === "ascending" ? 0 : -1;
        head.ariaSort = way === 0 ? null : way < 0 ? "descending" : "ascending";
        const order = (a: HTMLTableRowElement, b: HTMLTableRowElement): number => {
          const x = keyOf(a, i + shift), y = keyOf(b, i + shift);
          if (typeof x === "string" || typeof y === "string") return way * String(x).localeCompare(String(y), "en");
          return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : way * (x - y);
        };
        body.append(...(way === 0 ? original : [...original].sort(order)));
      });
    }
  }

  /** Marks a row wherever it is: in the tables and in the figures. */
  function linkRows(): void {
    let lit = "";
    const light = (at: string) => {
      if (at === lit) return;
      for (const element of rowsOf(lit)) element.classList.remove("lit");
      for (const element of rowsOf(at)) element.classList.add("lit");
      for (const drawing of document.querySelectorAll(".drawing")) {
        drawing.classList.toggle("linked", at !== "" && drawing.querySelector("[data-row].lit") !== null);
      }
      lit = at;
    };
    const under = ({ target }: Event) => (target as Element).closest<HTMLElement>("tr[data-row]")?.dataset["row"] ?? "";
    for (const table of document.querySelectorAll("main table")) {
      table.addEventListener("pointerover", (event) => light(under(event)));
      table.addEventListener("pointerleave", () => light(""));
      table.addEventListener("focusin", (event) => light(under(event)));
      table.addEventListener("focusout", () => light(""));
    }
    const tip = element("div", "", "tip");
    tip.hidden = true;
    document.body.append(tip);
    for (const drawing of document.querySelectorAll<HTMLElement>(".drawing")) {
      drawing.addEventListener("pointermove", (event) => {
        const mark = nearest(event, drawing), said = mark?.dataset["said"]?.replaceAll("; ", "\n") ?? "";
        light(mark?.dataset["row"] ?? "");
        tip.hidden = said === "";
        if (tip.hidden) return;
        tip.textContent = said;
        tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
        tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
      });
      drawing.addEventListener("pointerleave", () => {
        tip.hidden = true;
        light("");
      });
    }
  }

  /** The mark under the pointer, or one up to six pixels from it, since lines are thin. */
  function nearest({ clientX, clientY }: PointerEvent, drawing: Element): SVGElement | undefined {
    for (const radius of [0, 3, 6]) {
      for (let i = 0; i < (radius === 0 ? 1 : 8); i++) {
        const [x, y] = [clientX + radius * Math.cos(i * Math.PI / 4), clientY + radius * Math.sin(i * Math.PI / 4)];
        const found = document.elementFromPoint(x, y)?.closest<SVGElement>("[data-row], [data-said]");
        if (found && drawing.contains(found) && !found.classList.contains("off")) return found;
      }
    }
  }

  if (results) addFilter(results);
  for (const table of document.querySelectorAll<HTMLTableElement>("table.results, #runs table")) addSorting(table);
  linkRows();
  document.addEventListener("click", ({ target }) => {
    const link = (target as Element).closest("a"), cell = link?.closest<HTMLElement>("[popover]");
    if (cell && link!.hash !== `#${cell.id}`) cell.hidePopover();
  });
  addEventListener("hashchange", openNamed);
  openNamed();
}
