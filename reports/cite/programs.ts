/**
 * Programs: those that runs are made with, and those whose protocols they follow.
 *
 * @module
 */
import { VERSION } from "../../experiments/version.ts";
import type { Work } from "./work.ts";

/** This program. */
export const MARGINLAB: Work = {
  kind: "program",
  title: "marginlab: margin-based metric learning, from a manifest to an ablation table",
  authors: ["marginlab contributors"],
  year: 2026,
  note: `version ${VERSION}`,
  ids: [],
};

/** What computes on every backend. */
export const TENSORFLOW_JS: Work = {
  kind: "paper",
  title: "TensorFlow.js: Machine Learning for the Web and Beyond",
  authors: [
    ...["Smilkov, Daniel", "Thorat, Nikhil", "Assogba, Yannick", "Yuan, Ann", "Kreeger, Nick", "Yu, Ping"],
    ...["Zhang, Kangyi", "Cai, Shanqing", "Nielsen, Eric", "Soergel, David", "Bileschi, Stan", "Terry, Michael"],
    ...["Nicholson, Charles", "Gupta, Sandeep N.", "Sirajuddin, Sarah", "Sculley, D.", "Monga, Rajat"],
    ...["Corrado, Greg", "Viégas, Fernanda B.", "Wattenberg, Martin"],
  ],
  year: 2019,
  venue: "Conference on Systems and Machine Learning (SysML)",
  ids: ["arXiv:1901.05350"],
};

/** What runs everything. */
export const DENO: Work = {
  kind: "program",
  title: "Deno, a runtime for JavaScript and TypeScript",
  authors: ["Deno Land Inc."],
  year: null,
  ids: ["https://deno.com/"],
};

/** Matrix products of the WASM backend, where it is installed. */
export const OPENBLAS: Work = {
  kind: "paper",
  title: "Model-driven Level 3 BLAS Performance Optimization on Loongson 3A Processor",
  authors: ["Zhang, Xianyi", "Wang, Qian", "Zhang, Yunquan"],
  year: 2012,
  venue: "IEEE International Conference on Parallel and Distributed Systems (ICPADS)",
  ids: ["doi:10.1109/ICPADS.2012.97", "https://www.openblas.net/"],
};

/** Programs. */
export const PROGRAM_WORKS: readonly Work[] = [
  MARGINLAB,
  TENSORFLOW_JS,
  DENO,
  OPENBLAS,
  {
    kind: "program",
    title: "InsightFace: 2D and 3D Face Analysis Project",
    authors: ["Guo, Jia", "Deng, Jiankang"],
    year: null,
    ids: ["https://github.com/deepinsight/insightface"],
  },
  {
    kind: "preprint",
    title: "Face.evoLVe: A High-Performance Face Recognition Library",
    authors: ["Wang, Qingzhong", "Zhang, Pengfei", "Xiong, Haoyi", "Zhao, Jian"],
    year: 2021,
    ids: ["arXiv:2107.08621", "https://github.com/ZhaoJ9014/face.evoLVe"],
  },
  {
    kind: "paper",
    title: "FaceX-Zoo: A PyTorch Toolbox for Face Recognition",
    authors: ["Wang, Jun", "Liu, Yinglu", "Hu, Yibo", "Shi, Hailin", "Mei, Tao"],
    year: 2021,
    venue: "ACM International Conference on Multimedia",
    ids: ["arXiv:2101.04407", "https://github.com/JDAI-CV/FaceX-Zoo"],
  },
];
