// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the report does with a script; without it everything is read all the same. Filters and sorts rows, links them with
 * their marks in the figures, tells what is under the pointer, and opens the cell that the address names.
 */
const { document } = globalThis;

/** Elements of an experiment's row, in tables and figures, by its position. @type {Map<string, (HTMLElement | SVGElement)[]>} */
const byRow = new Map();
/** @type {NodeListOf<HTMLElement | SVGElement>} */
const ofRows = document.querySelectorAll("[data-row]");
for (const element of ofRows) byRow.set(rowOf(element), [...byRow.get(rowOf(element)) ?? [], element]);

/** @param {HTMLElement | SVGElement | null | undefined} element */
function rowOf(element) {
  return element?.dataset["row"] ?? "";
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 */
function make(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** Shows rows by their text and by their boxes, in tables and figures together. @param {HTMLTableElement} table */
function addFilter(table) {
  const tools = make("div", "", "tools"), search = make("input"), told = make("output");
  const label = make("label", "Filter rows "), boxes = make("details"), list = make("div", "", "boxes");
  search.type = "search";
  label.append(search);
  const choices = [...table.querySelectorAll("tbody tr")].map((row) => {
    const box = make("input"), line = make("label"), name = row.querySelector("th")?.firstChild?.textContent ?? "";
    box.type = "checkbox";
    box.checked = true;
    line.append(box, ` ${name}`);
    list.append(line);
    return { at: rowOf(/** @type {HTMLElement} */ (row)), name: name.toLowerCase(), box };
  });
  for (const [text, checked] of /** @type {const} */ ([["None", false], ["All", true]])) {
    const button = make("button", text);
    button.addEventListener("click", () => {
      for (const { box } of choices) box.checked = checked;
      apply();
    });
    list.prepend(button);
  }
  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = new Set(
      choices.filter(({ name, box }) => box.checked && words.every((word) => name.includes(word))).map(({ at }) => at),
    );
    for (const element of ofRows) {
      const isShown = shown.has(rowOf(element));
      if (element instanceof HTMLElement) element.hidden = !isShown;
      else element.classList.toggle("off", !isShown);
    }
    told.textContent = shown.size === choices.length ? "" : `${shown.size} of ${choices.length} rows`;
  }
  tools.addEventListener("input", apply);
  boxes.append(make("summary", "Choose rows"), list);
  tools.append(label, boxes, told);
  table.closest(".scroll")?.before(tools);
}

/** Makes the headings of a table buttons: once downwards, once upwards, then as it was. @param {HTMLTableElement} table */
function addSorting(table) {
  const body = table.tBodies[0], heads = [...table.tHead?.rows ?? []], original = [...body?.rows ?? []];
  const cells = [...heads.at(-1)?.cells ?? []], shift = heads.length - 1;
  /** @type {(row: HTMLTableRowElement, at: number, isNumber: boolean) => number | string} */
  const keyOf = (row, at, isNumber) => {
    const cell = row.cells[at], text = cell?.textContent ?? "";
    return isNumber ? Number.parseFloat(cell?.dataset["value"] ?? text) : text;
  };
  for (const [i, head] of cells.entries()) {
    const button = make("button", "", "sort"), isNumber = head.classList.contains("n");
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const before = head.ariaSort;
      for (const other of cells) other.ariaSort = null;
      const way = before === "descending" ? 1 : before === "ascending" ? 0 : -1;
      head.ariaSort = way === 0 ? null : way < 0 ? "descending" : "ascending";
      const sorted = way === 0 ? original : [...original].sort((a, b) => {
        const x = keyOf(a, i + shift, isNumber), y = keyOf(b, i + shift, isNumber);
        if (typeof x === "string" || typeof y === "string") return way * String(x).localeCompare(String(y), "en");
        return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) : way * (x - y);
      });
      body?.append(...sorted);
    });
  }
}

let lit = "";

/** Marks a row wherever it is, and dims the others in figures. @param {string} row */
function light(row) {
  if (row === lit) return;
  for (const element of byRow.get(lit) ?? []) element.classList.remove("lit");
  for (const element of byRow.get(row) ?? []) element.classList.add("lit");
  for (const drawing of document.querySelectorAll(".drawing")) {
    drawing.classList.toggle("linked", row !== "" && drawing.querySelector("[data-row].lit:not(text)") !== null);
  }
  lit = row;
}

/** The mark under the pointer, or one up to six pixels from it, since lines are thin. @param {PointerEvent} event */
function markUnder({ clientX, clientY, currentTarget }) {
  for (const radius of [0, 3, 6]) {
    for (let i = 0; i < (radius === 0 ? 1 : 8); i++) {
      const [x, y] = [clientX + radius * Math.cos(i * Math.PI / 4), clientY + radius * Math.sin(i * Math.PI / 4)];
      /** @type {SVGElement | null | undefined} */
      const found = document.elementFromPoint(x, y)?.closest("[data-row], [data-said]");
      const isInside = found && /** @type {Element} */ (currentTarget).contains(found);
      if (isInside && !found.classList.contains("off")) return found;
    }
  }
}

function linkRows() {
  /** @param {Event} event */
  const lightRow = ({ target }) => light(rowOf(/** @type {Element} */ (target).closest("tr[data-row]")));
  for (const table of document.querySelectorAll("main table")) {
    table.addEventListener("pointerover", lightRow);
    table.addEventListener("focusin", lightRow);
    for (const away of ["pointerleave", "focusout"]) table.addEventListener(away, () => light(""));
  }
  const tip = make("div", "", "tip");
  tip.hidden = true;
  document.body.append(tip);
  /** @type {NodeListOf<HTMLElement>} */
  const drawings = document.querySelectorAll(".drawing");
  for (const drawing of drawings) {
    drawing.addEventListener("pointermove", (event) => {
      const mark = markUnder(event);
      light(rowOf(mark));
      tip.textContent = mark?.dataset["said"]?.replaceAll("; ", "\n") ?? "";
      tip.hidden = tip.textContent === "";
      tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8))}px`;
      tip.style.top = `${Math.max(8, Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8))}px`;
    });
    drawing.addEventListener("pointerleave", () => {
      tip.hidden = true;
      light("");
    });
  }
}

/** Opens the popover that the address names, such as `#cell-3-0`. */
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  if (named?.matches("[popover]:not(:popover-open)")) named.showPopover();
}

/** @type {NodeListOf<HTMLTableElement>} */
const tables = document.querySelectorAll("table.results, #runs table");
for (const table of tables) {
  addSorting(table);
  if (table.matches(".results")) addFilter(table);
}
linkRows();
// A link out of an open cell leads to what the cell would cover.
document.addEventListener("click", ({ target }) => {
  const link = /** @type {Element} */ (target).closest("a");
  /** @type {HTMLElement | null | undefined} */
  const cell = link?.closest("[popover]");
  if (cell && link?.hash !== `#${cell.id}`) cell.hidePopover();
});
addEventListener("hashchange", openNamed);
openNamed();
