import * as catalogue from "../../losses/catalogue.ts";
import { type HeadContractOptions, testHeadContract } from "./contract.ts";

/** What mathematics rules out: a cosine margin has slope 1 and no boundary, ψ has no fallback. */
const options: Readonly<Record<string, HeadContractOptions>> = {
  cosface: { inert: ["gradient=detached", "boundary=fallback", "boundary=clip", "boundary=reflect"] },
  sphereface: { inert: ["boundary=fallback"] },
};

for (const plugin of Object.values(catalogue)) testHeadContract(plugin, options[plugin.name]);
