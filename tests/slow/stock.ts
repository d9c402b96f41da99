/// Fifty losses of training with our kernels are those of tfjs's own.
import { testStock } from "../training/stock_cases.ts";

testStock(50);
