/**
 * Papers of data sets and of protocols.
 *
 * @module
 */
import type { Work } from "./work.ts";

/** Papers of data sets and of protocols. */
export const DATA_WORKS: readonly Work[] = [
  {
    kind: "article",
    title: "Human-level concept learning through probabilistic program induction",
    authors: ["Lake, Brenden M.", "Salakhutdinov, Ruslan", "Tenenbaum, Joshua B."],
    year: 2015,
    venue: "Science",
    volume: "350",
    issue: "6266",
    pages: "1332-1338",
    ids: ["doi:10.1126/science.aab3050"],
  },
  {
    kind: "report",
    title: "Labeled Faces in the Wild: A Database for Studying Face Recognition in Unconstrained Environments",
    authors: ["Huang, Gary B.", "Ramesh, Manu", "Berg, Tamara", "Learned-Miller, Erik"],
    year: 2007,
    venue: "University of Massachusetts, Amherst",
    issue: "07-49",
    ids: ["https://vis-www.cs.umass.edu/lfw/"],
  },
  {
    kind: "paper",
    title: "Face recognition in unconstrained videos with matched background similarity",
    authors: ["Wolf, Lior", "Hassner, Tal", "Maoz, Itay"],
    year: 2011,
    venue: "IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
    ids: ["doi:10.1109/CVPR.2011.5995566"],
  },
  {
    kind: "paper",
    title: "IARPA Janus Benchmark-C: Face Dataset and Protocol",
    authors: [
      ...["Maze, Brianna", "Adams, Jocelyn", "Duncan, James A.", "Kalka, Nathan", "Miller, Tim", "Otto, Charles"],
      ...["Jain, Anil K.", "Niggel, W. Tyler", "Anderson, Janet", "Cheney, Jordan", "Grother, Patrick"],
    ],
    year: 2018,
    venue: "International Conference on Biometrics (ICB)",
    ids: ["doi:10.1109/ICB2018.2018.00033"],
  },
  {
    kind: "paper",
    title: "The MegaFace Benchmark: 1 Million Faces for Recognition at Scale",
    authors: ["Kemelmacher-Shlizerman, Ira", "Seitz, Steven M.", "Miller, Daniel", "Brossard, Evan"],
    year: 2016,
    venue: "IEEE Conference on Computer Vision and Pattern Recognition (CVPR)",
    ids: ["arXiv:1512.00596"],
  },
  {
    kind: "preprint",
    title: "Learning Face Representation from Scratch",
    authors: ["Yi, Dong", "Lei, Zhen", "Liao, Shengcai", "Li, Stan Z."],
    year: 2014,
    ids: ["arXiv:1411.7923"],
  },
  {
    kind: "paper",
    title: "Parameterisation of a stochastic model for human face identification",
    authors: ["Samaria, Ferdinando S.", "Harter, Andy C."],
    year: 1994,
    venue: "IEEE Workshop on Applications of Computer Vision",
    ids: ["doi:10.1109/ACV.1994.341300"],
  },
  {
    kind: "paper",
    title: "A Metric Learning Reality Check",
    authors: ["Musgrave, Kevin", "Belongie, Serge", "Lim, Ser-Nam"],
    year: 2020,
    venue: "European Conference on Computer Vision (ECCV)",
    ids: ["arXiv:2003.08505"],
  },
  {
    kind: "page",
    title: "The MNIST database of handwritten digits",
    authors: ["LeCun, Yann", "Cortes, Corinna", "Burges, Christopher J. C."],
    year: null,
    ids: ["http://yann.lecun.com/exdb/mnist/"],
  },
  {
    kind: "standard",
    title: "ISO/IEC 19795-1:2021, Information technology: Biometric performance testing and reporting, " +
      "Part 1: Principles and framework",
    authors: ["International Organization for Standardization"],
    year: 2021,
    ids: ["https://www.iso.org/standard/73515.html"],
  },
];
