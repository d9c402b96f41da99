import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { pairsList } from "../../datasets/catalogue.ts";
import { type ImageSet, MissingDataError, type PairSet } from "../../datasets/mod.ts";
import { labelledSet } from "./helpers.ts";
import { openWith } from "./reader_helpers.ts";

const NAMES = ["Ada Lovelace/1.jpg", "Ada Lovelace/2.jpg", "Bo/1.jpg", 'Bo/"2",.jpg'];
const images: ImageSet = { ...labelledSet([2, 2]), name: (index) => NAMES[index] ?? `${index}` };

function open(list: string, params: Record<string, unknown> = {}): Promise<PairSet> {
  return openWith(pairsList, { from: {}, list: "l.txt", folds: params["columns"] ? undefined : 2, ...params }, {
    "l.txt": list,
  }, images);
}

const plain = ({ first, second, same, fold }: PairSet): number[][] => [first, second, same, fold].map((x) => [...x]);

Deno.test("pairsList reads names and labels parted by tabs, commas or spaces", async () => {
  const wanted = [[0, 2, 1, 0], [1, 3, 2, 2], [1, 1, 0, 0], [0, 0, 1, 1]];
  const [a, b, c, d] = NAMES;
  const tabs = [[a, b, "1"], [c, d, "True"], [b, c, "0"], [a, c, "-1"]].map((line) => line.join("\t")).join("\r\n");
  assertEquals(plain(await open(tabs)), wanted);
  const quoted = `${a},${b},same\n${c},"Bo/""2"",.jpg",SAME\n\n"${b}", ${c} ,different\n${a},${c},False\n`;
  assertEquals(plain(await open(quoted)), wanted);
  const short: ImageSet = { ...images, name: (index) => `i${index}` };
  const words = "  i0   i1 1\ni2 i3 1\ni1 i2 0\ni0 \t i2 0";
  const set = await openWith<PairSet>(
    pairsList,
    { from: {}, list: "l", folds: 2 },
    { l: words.replace(" \t ", " ") },
    short,
  );
  assertEquals(plain(set), wanted);
});

Deno.test("pairsList takes the label first, passes over others and a header, and takes folds of the list", async () => {
  const list = "titles\tof\tfive\tcolumns\n1\tBo/1.jpg\tx\tBo/1.jpg\t7\n0\tBo/1.jpg\ty\tAda Lovelace/1.jpg\t3\n";
  const set = await open(list, { columns: ["label", "first", "other", "second", "fold"], header: true });
  assertEquals([plain(set), set.folds], [[[2, 2], [2, 0], [1, 0], [1, 0]], 2]);
  const one = list.replace("\t3\n", "\t7\n"), columns = ["label", "first", "other", "second", "fold"];
  await assertRejects(() => open(one, { columns, header: true }), RangeError, "found 1, at least 2 are wanted");
});

Deno.test("pairsList makes contiguous folds as scikit-learn's KFold does", async () => {
  // [len(test) for _, test in KFold(4).split(range(10))] is [3, 3, 2, 2].
  const set = await open("Bo/1.jpg\tBo/1.jpg\t1\n".repeat(10), { folds: 4 });
  assertEquals([...set.fold], [0, 0, 0, 1, 1, 1, 2, 2, 3, 3]);
  assertEquals((await open("Bo/1.jpg\tBo/1.jpg\t1\n".repeat(10), { folds: undefined })).folds, 10);
  await assertRejects(
    () => open("Bo/1.jpg\tBo/1.jpg\t1", {}),
    RangeError,
    'Cannot make 2 folds of "l.txt": it has 1 pairs',
  );
});

Deno.test("pairsList has a digest of its own for each list and reading of it", async () => {
  const line = "Bo/1.jpg\tBo/1.jpg\t1\n",
    digests = [
      (await open(line.repeat(2))).provenance.digest,
      (await open(line.repeat(3))).provenance.digest,
      (await open(line.repeat(3), { folds: 3 })).provenance.digest,
      (await open(line.repeat(3), { header: true })).provenance.digest,
    ];
  assertEquals(new Set(digests).size, 4);
  assertMatch(digests[0]!, /^[0-9a-f]{64}$/);
  assertEquals(pairsList.paths({ list: "l.txt" }), ["l.txt"]);
});

Deno.test("pairsList says which line is wrong, and which names are near", async () => {
  const line = "Bo/1.jpg\tBo/1.jpg\t1\n";
  const wrong = (list: string, message: string, params = {}) =>
    assertRejects(() => open(list, params), SyntaxError, message);
  await wrong(line + "Bo/1.jpg\t1\n", 'line 2 of "l.txt": found 2 columns, 3 are wanted (first, second, label)');
  await wrong(line + "\nBo/1.jpg\tBo/1.jpg\tyes\n", 'line 3 of "l.txt": found label "yes"');
  await wrong(line.replace("1\n", "constructor\n"), 'found label "constructor"');
  await wrong(line.replace("\t1\n", "\t1\tx\n"), 'found fold "x"', { columns: ["first", "second", "label", "fold"] });
  await wrong('a,"b,1\nc,d,1\n', 'line 1 of "l.txt": a quote is opened and never closed');
  await wrong('a,"b"c,1\n', "field 2 goes on after its quote");
  await wrong('a,b"c,1\n', "a quote within field 2");
  const error = await assertRejects(
    () => open(line + line.replace("Bo/1.jpg", "Bo/1.png")),
    RangeError,
    "of line 2 of",
  );
  assertStringIncludes(error.message, 'among the 4 images of "test-set" are "Bo/1.jpg", ');
  const twice = { ...images, name: () => "Bo/1.jpg" };
  await assertRejects(
    () => openWith(pairsList, { from: {}, list: "l", folds: 2 }, { l: line.repeat(2) }, twice),
    RangeError,
    'two of them have the name "Bo/1.jpg"',
  );
  await assertRejects(() => openWith(pairsList, { from: {}, list: "none" }, {}, images), MissingDataError);
  await assertRejects(
    () => openWith(pairsList, { from: {}, list: "l" }, { l: "" }, { ...images, gives: "pairs" } as never),
    TypeError,
    "it gives pairs",
  );
});

Deno.test("pairsList refuses columns that say too little or twice the same", () => {
  const problems = (value: object) =>
    pairsList.params.safeParse({ from: {}, list: "l", ...value }).error?.issues.map((issue) => issue.message) ?? [];
  assertEquals(problems({}), []);
  assert(problems({ columns: ["first", "first", "label"] }).includes('"second" is named 0 times, once is wanted'));
  assertEquals(problems({ columns: ["first", "second", "label", "fold"], folds: 3 }), [
    "the list has a column of folds, leave this out",
  ]);
});
