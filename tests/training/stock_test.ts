/// A few steps; `tests/slow/stock.ts` has 50.
import { testStock } from "./stock_cases.ts";

testStock(10);
